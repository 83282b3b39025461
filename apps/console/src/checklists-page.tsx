import type { RoundView } from "@assay/operations/api/schema/checklists";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { checklistsQuery, ROUND_TONES, roundsQuery } from "./checklists-api.ts";
import { assayCommand } from "./command-line.ts";

/** What is to be done today first, then what comes next, then what was done. */
export function ChecklistsPage() {
  const open = useQuery(roundsQuery("open"));
  return (
    <Stack maw={980}>
      <PageTitle>Checklists</PageTitle>
      <section aria-labelledby="open">
        <Title order={2} size="h4" id="open" mb="xs">
          To be done
        </Title>
        <Awaited of={open} what="the open rounds">
          {(rounds) =>
            rounds.length === 0 ? (
              <StateMark tone="good" word="nothing waits" />
            ) : (
              <Stack gap="xs">
                {rounds.toSorted(byDeadline).map((round) => (
                  <OpenRound key={round.id} round={round} />
                ))}
              </Stack>
            )
          }
        </Awaited>
      </section>
      <CopyCommand command={assayCommand("checklist", "list")} />
      <Declared />
      <History />
    </Stack>
  );
}

function byDeadline(left: RoundView, right: RoundView): number {
  return left.dueAt < right.dueAt ? -1 : 1;
}

function OpenRound({ round }: { readonly round: RoundView }) {
  const waiting = round.items.filter(({ open }) => open).length;
  return (
    <Card withBorder component="article" aria-label={`${round.title} of ${round.period}`} padding="sm">
      <Group justify="space-between" gap="xs">
        <Anchor component={Link} to={`/checklists/${round.id}`} fw={650} underline="always">
          {round.title}
        </Anchor>
        <StateMark tone={ROUND_TONES[round.state]} word={round.state} strong />
      </Group>
      <Text size="sm">
        {round.system}, {round.period} ({round.timeZone}) · due <Time at={round.dueAt} />
        {round.state === "open" && (
          <>
            {" · "}
            <Countdown until={round.dueAt} />
          </>
        )}
      </Text>
      <Text size="sm">
        {waiting === 0
          ? `Every item is done; it waits for the signature of ${round.signOff}.`
          : `${waiting} of ${round.items.length} items wait for a person.`}
      </Text>
    </Card>
  );
}

function Declared() {
  const declared = useQuery(checklistsQuery);
  return (
    <section aria-labelledby="declared">
      <Title order={2} size="h4" id="declared" mb="xs">
        When they open
      </Title>
      <Awaited of={declared} what="the checklists">
        {(checklists) => (
          <Card withBorder p={0}>
            <ScrollTable label="Checklists" minWidth={620} dense>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Checklist</Table.Th>
                  <Table.Th>System</Table.Th>
                  <Table.Th>Every</Table.Th>
                  <Table.Th>From, until</Table.Th>
                  <Table.Th w={260}>Opens next</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {checklists.map(({ system, checklist, nextOpensAt }) => (
                  <Table.Tr key={`${system}/${checklist.name}`}>
                    <Table.Td>{checklist.title}</Table.Td>
                    <Table.Td>{system}</Table.Td>
                    <Table.Td>{checklist.every}</Table.Td>
                    <Table.Td>
                      {checklist.opensAt} to {checklist.dueAt} {checklist.timeZone}
                    </Table.Td>
                    <Table.Td>
                      <Time at={nextOpensAt} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </ScrollTable>
          </Card>
        )}
      </Awaited>
    </section>
  );
}

function History() {
  const all = useQuery(roundsQuery("all"));
  return (
    <section aria-labelledby="history">
      <Title order={2} size="h4" id="history" mb="xs">
        What was done
      </Title>
      <Awaited of={all} what="the rounds so far">
        {(rounds) => <HistoryTable rounds={rounds.filter(({ signedAt }) => signedAt !== null)} />}
      </Awaited>
    </section>
  );
}

function HistoryTable({ rounds }: { readonly rounds: readonly RoundView[] }) {
  if (rounds.length === 0) return <Text>Nothing was signed off yet.</Text>;
  return (
    <Card withBorder p={0}>
      <ScrollTable label="Signed rounds" minWidth={620} dense>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Round</Table.Th>
            <Table.Th>System</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Signed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rounds.map((round) => (
            <Table.Tr key={round.id}>
              <Table.Td>
                <Anchor component={Link} to={`/checklists/${round.id}`} underline="always" fz="inherit">
                  {round.title}, {round.period}
                </Anchor>
              </Table.Td>
              <Table.Td>{round.system}</Table.Td>
              <Table.Td>
                <StateMark tone={ROUND_TONES[round.state]} word={round.state} />
              </Table.Td>
              <Table.Td>
                {round.signedBy}, <Time at={round.signedAt ?? round.dueAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}
