import { Awaited } from "@assay/page-kit/awaited.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RUN_TONES, type RunView, runsQuery, VERDICT_TONES } from "./runbooks-api.ts";

/** The last runs that match, newest first. */
export function Runs({ filter }: { readonly filter: Readonly<Record<string, string>> }) {
  const runs = useQuery(runsQuery(filter));
  return (
    <section aria-labelledby="runs">
      <Title order={2} size="h4" id="runs" mb="xs">
        Runs
      </Title>
      <Awaited of={runs} what="the runs">
        {(found) => (found.length === 0 ? <Text>None yet.</Text> : <RunsTable runs={found} />)}
      </Awaited>
    </section>
  );
}

function RunsTable({ runs }: { readonly runs: readonly RunView[] }) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="Runs" minWidth={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Runbook</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Verdict</Table.Th>
            <Table.Th>Started by</Table.Th>
            <Table.Th w={210}>When</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.id}>
              <Table.Th scope="row">
                <Anchor component={Link} to={`/runs/${run.id}`} underline="always" fz="sm">
                  {run.runbook.title}
                </Anchor>
              </Table.Th>
              <Table.Td>
                <StateMark tone={RUN_TONES[run.state]} word={run.state.replaceAll("_", " ")} />
              </Table.Td>
              <Table.Td>
                {run.verdict === null || run.endedAt === null ? (
                  "none yet"
                ) : (
                  <StateMark tone={VERDICT_TONES[run.verdict]} word={run.verdict} />
                )}
              </Table.Td>
              <Table.Td>{run.startedBy.name}</Table.Td>
              <Table.Td>
                <Time at={run.startedAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}
