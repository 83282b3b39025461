import { Awaited } from "@assay/page-kit/awaited.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import type { Policy } from "./approvals-api.ts";
import { readQuery, type SystemDetail, systemQuery, systemsQuery } from "./systems-api.ts";

type KillSwitch = SystemDetail["manifest"]["killSwitches"][number];

interface KillSwitchesProps {
  readonly policies: readonly Policy[];
  readonly onChoose: (policy: Policy) => void;
}

/** Each switch of each system with its present position, and the one next step. */
export function KillSwitches({ policies, onChoose }: KillSwitchesProps) {
  const systems = useQuery(systemsQuery);
  const details = useQueries({ queries: (systems.data?.systems ?? []).map(({ id }) => systemQuery(id)) });
  const manifests = details.flatMap(({ data }) => (data === undefined ? [] : [data.manifest]));
  return (
    <section aria-labelledby="kill-switches">
      <Title order={2} size="h4" id="kill-switches" mb="xs">
        Kill switches
      </Title>
      <Awaited of={systems} what="the systems">
        {() => (
          <Stack gap="xs">
            {manifests.every(({ killSwitches }) => killSwitches.length === 0) && <Text>No system has any.</Text>}
            {manifests.flatMap(({ system, killSwitches }) =>
              killSwitches.map((killSwitch) => (
                <SwitchRow key={`${system} ${killSwitch.name}`} {...{ system, killSwitch, policies, onChoose }} />
              )),
            )}
          </Stack>
        )}
      </Awaited>
    </section>
  );
}

type Position = "engaged" | "released" | "unknown";

interface SwitchRowProps extends KillSwitchesProps {
  readonly system: string;
  readonly killSwitch: KillSwitch;
}

function SwitchRow({ system, killSwitch, policies, onChoose }: SwitchRowProps) {
  const { state, title, effect } = killSwitch;
  const read = useQuery({ ...readQuery(system, state?.read ?? "", 5_000), enabled: state !== undefined });
  const position: Position = read.error === null ? positionOf(killSwitch, read.data) : "unknown";
  const name = position === "engaged" ? killSwitch.releaseAction : killSwitch.engageAction;
  const policy = policies.find(({ action }) => action === name);
  return (
    <Card withBorder padding="sm" role="group" aria-label={`Switch ${title} of ${system}`}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} style={{ flex: "1 1 260px" }}>
          <Group gap="sm">
            <Text fw={650} size="md">
              {title}
            </Text>
            <Text c="dimmed">{system}</Text>
            <PositionMark position={position} />
          </Group>
          <Text>{effect}</Text>
          {read.dataUpdatedAt > 0 && (
            <Text c="dimmed" size="sm">
              Read <Time at={new Date(read.dataUpdatedAt).toISOString()} />
            </Text>
          )}
        </Stack>
        {policy !== undefined && (
          <Button variant="default" onClick={() => onChoose(policy)} miw={110}>
            {position === "engaged" ? "Start again…" : "Stop…"}
            <VisuallyHidden>
              {" "}
              {title} of {system}
            </VisuallyHidden>
          </Button>
        )}
      </Group>
    </Card>
  );
}

function PositionMark({ position }: { readonly position: Position }) {
  if (position === "engaged") return <StateMark tone="critical" word="engaged" strong />;
  if (position === "released") return <StateMark tone="good" word="not engaged" />;
  return <StateMark tone="unknown" word="position unknown" />;
}

/** The present position of one switch, read from its system. */
export function SwitchPosition({ system, killSwitch }: Pick<SwitchRowProps, "system" | "killSwitch">) {
  const { state } = killSwitch;
  const read = useQuery({ ...readQuery(system, state?.read ?? "", 5_000), enabled: state !== undefined });
  return <PositionMark position={read.error === null ? positionOf(killSwitch, read.data) : "unknown"} />;
}

/** What the system's answer says; anything that is not there is unknown, never a position. */
function positionOf({ state }: KillSwitch, answer: unknown): Position {
  if (state === undefined || answer === undefined) return "unknown";
  const list = state.select
    .split(".")
    .slice(1)
    .reduce<unknown>((inside, name) => memberOf(inside, name), answer);
  if (!Array.isArray(list)) return "unknown";
  const wanted = Object.entries(state.entry);
  const entry = list.find((one: unknown) => wanted.every(([name, value]) => memberOf(one, name) === value));
  const value = memberOf(entry, state.member);
  if (value === undefined) return "unknown";
  return value === state.engaged ? "engaged" : "released";
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
