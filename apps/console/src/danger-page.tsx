import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Badge, Button, Card, Code, Group, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ActionDialog } from "./action-dialog.tsx";
import { type Policy, policiesQuery } from "./approvals-api.ts";
import { BreakGlassSection } from "./break-glass-section.tsx";
import { KillSwitches } from "./kill-switches.tsx";

const GROUPS = [
  {
    direction: "stop",
    title: "Stop something",
    note: "Made fast: one person is usually enough, and everybody hears of it.",
  },
  { direction: "start", title: "Start it again", note: "Always two people." },
  { direction: "neutral", title: "Change or repair", note: "What cannot simply be taken back." },
] as const;

/** Everything dangerous that any system offers, by direction. */
export function DangerPage() {
  const policies = useQuery(policiesQuery);
  const [chosen, setChosen] = useState<Policy>();
  const [broken, setBroken] = useState<Policy>();
  return (
    <Stack maw={980}>
      <PageTitle>Danger Zone</PageTitle>
      <Awaited of={policies} what="the actions">
        {(found) => (
          <>
            <KillSwitches policies={found} onChoose={setChosen} />
            {GROUPS.map((group) => (
              <ActionGroup key={group.direction} {...group} policies={found} onChoose={setChosen} />
            ))}
            <BreakGlassSection policies={found} onChoose={setBroken} />
          </>
        )}
      </Awaited>
      {chosen !== undefined && <ActionDialog policy={chosen} onClose={() => setChosen(undefined)} />}
      {broken !== undefined && <ActionDialog policy={broken} isBreakGlass onClose={() => setBroken(undefined)} />}
    </Stack>
  );
}

type ActionGroupProps = (typeof GROUPS)[number] & {
  readonly policies: readonly Policy[];
  readonly onChoose: (policy: Policy) => void;
};

function ActionGroup({ direction, title, note, policies, onChoose }: ActionGroupProps) {
  const titles = new Map(policies.map((policy) => [policy.action, policy.title]));
  const offered = policies.filter(
    (policy) => policy.direction === direction && (policy.effect === "danger" || direction === "stop"),
  );
  return (
    <section aria-labelledby={direction}>
      <Title order={2} size="h4" id={direction}>
        {title}
      </Title>
      <Text c="dimmed" mb="xs">
        {note}
      </Text>
      {offered.length === 0 && <Text>No system offers any.</Text>}
      <Stack gap="xs">
        {offered.map((policy) => (
          <ActionRow
            key={policy.action}
            policy={policy}
            undo={titles.get(policy.undo) ?? policy.undo}
            onChoose={() => onChoose(policy)}
          />
        ))}
      </Stack>
    </section>
  );
}

interface ActionRowProps {
  readonly policy: Policy;
  /** The title of the action that undoes it, or how else it is undone. */
  readonly undo: string;
  readonly onChoose: () => void;
}

function ActionRow({ policy, undo, onChoose }: ActionRowProps) {
  const [verb, ...rest] = policy.title.split(" ");
  return (
    <Card withBorder padding="sm" component="article" aria-label={policy.title}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} style={{ flex: "1 1 260px" }}>
          <Group gap="sm">
            <Text fw={650} size="md">
              {policy.title}
            </Text>
            <Badge variant="default" tt="none">
              {policy.system}
            </Badge>
            <StateMark
              tone={policy.people > 1 ? "high" : "warning"}
              word={policy.people === 1 ? "1 person" : `${policy.people} people`}
            />
            {policy.pagesEveryone && <Text>pages everyone</Text>}
          </Group>
          <Text>{policy.blastRadius}</Text>
          <Text c="dimmed">
            Undone by: {undo} · <Code>{policy.action}</Code>
          </Text>
        </Stack>
        <Button variant="default" onClick={onChoose} miw={110}>
          {verb}…
          <VisuallyHidden>
            {" "}
            {rest.join(" ")} in {policy.system}
          </VisuallyHidden>
        </Button>
      </Group>
    </Card>
  );
}
