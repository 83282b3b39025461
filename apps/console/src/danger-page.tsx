import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ActionDialog } from "./action-dialog.tsx";
import { type Policy, policiesQuery } from "./approvals-api.ts";

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
  const { data: policies, error } = useQuery(policiesQuery);
  const [chosen, setChosen] = useState<Policy>();
  const dangerous = policies?.filter(({ effect, direction }) => effect === "danger" || direction === "stop");
  return (
    <Stack>
      <Title order={1} size="h2">
        Danger Zone
      </Title>
      <ProblemNotice error={error} />
      {GROUPS.map(({ direction, title, note }) => (
        <section key={direction} aria-labelledby={direction}>
          <Title order={2} size="h3" id={direction}>
            {title}
          </Title>
          <Text c="dimmed" mb="xs">
            {note}
          </Text>
          <Stack gap="xs">
            {dangerous
              ?.filter((policy) => policy.direction === direction)
              .map((policy) => (
                <ActionRow key={policy.action} policy={policy} onChoose={() => setChosen(policy)} />
              ))}
            {dangerous?.every((policy) => policy.direction !== direction) && <Text>No system offers any.</Text>}
          </Stack>
        </section>
      ))}
      {chosen !== undefined && <ActionDialog policy={chosen} onClose={() => setChosen(undefined)} />}
    </Stack>
  );
}

function ActionRow({ policy, onChoose }: { readonly policy: Policy; readonly onChoose: () => void }) {
  return (
    <Card withBorder padding="sm" component="article" aria-label={policy.title}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} style={{ flex: "1 1 320px" }}>
          <Group gap="sm">
            <Text fw={650}>{policy.title}</Text>
            <Badge variant="default">{policy.system}</Badge>
            <StateMark
              tone={policy.people > 1 ? "high" : "warning"}
              word={policy.people === 1 ? "1 person" : `${policy.people} people`}
            />
            {policy.pagesEveryone && <Text size="sm">pages everyone</Text>}
          </Group>
          <Text>{policy.blastRadius}</Text>
          <Text size="sm" c="dimmed">
            Undone by: {policy.undo}
          </Text>
        </Stack>
        <Button variant="default" onClick={onChoose} aria-label={`${policy.title} in ${policy.system}…`}>
          {policy.title}…
        </Button>
      </Group>
    </Card>
  );
}
