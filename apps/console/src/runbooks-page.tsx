import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RUN_TONES, runbooksQuery, runsQuery } from "./runbooks-api.ts";

export function RunbooksPage() {
  const { data: runbooks, error } = useQuery(runbooksQuery);
  return (
    <Stack>
      <Title order={1} size="h2">
        Runbooks
      </Title>
      <ProblemNotice error={error} />
      <div className="scroll">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Runbook</Table.Th>
              <Table.Th>System</Table.Th>
              <Table.Th>Answers</Table.Th>
              <Table.Th>Steps</Table.Th>
              <Table.Th>Version</Table.Th>
              <Table.Th>Drill</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runbooks?.map((runbook) => (
              <Table.Tr key={`${runbook.system} ${runbook.id}`}>
                <Table.Th scope="row">
                  <Anchor component={Link} to={`/runbooks/${runbook.id}`} underline="always">
                    {runbook.title}
                  </Anchor>
                  {!runbook.isCurrent && <StateMark tone="unknown" word="a newer text could not be read" />}
                  {runbook.problems > 0 && (
                    <StateMark tone="critical" word={`${runbook.problems} problems: does not run`} />
                  )}
                </Table.Th>
                <Table.Td>{runbook.system}</Table.Td>
                <Table.Td>{runbook.alerts.map((alert) => alert.split(".").at(-1)).join(", ")}</Table.Td>
                <Table.Td>{runbook.steps}</Table.Td>
                <Table.Td>{runbook.version}</Table.Td>
                <Table.Td>{runbook.drill ?? "none"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Runs filter={{}} />
    </Stack>
  );
}

/** The last runs that match, newest first. */
export function Runs({ filter }: { readonly filter: Readonly<Record<string, string>> }) {
  const { data: runs, error } = useQuery(runsQuery(filter));
  return (
    <section aria-labelledby="runs" className="scroll">
      <Title order={2} size="h4" id="runs" mb="xs">
        Runs
      </Title>
      <ProblemNotice error={error} />
      {runs?.length === 0 ? (
        <Text>None yet.</Text>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Runbook</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Verdict</Table.Th>
              <Table.Th>Started by</Table.Th>
              <Table.Th>When</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs?.map((run) => (
              <Table.Tr key={run.id}>
                <Table.Th scope="row">
                  <Anchor component={Link} to={`/runs/${run.id}`} underline="always">
                    {run.runbook.title}
                  </Anchor>
                </Table.Th>
                <Table.Td>
                  <StateMark tone={RUN_TONES[run.state]} word={run.state.replaceAll("_", " ")} />
                </Table.Td>
                <Table.Td>{run.verdict ?? "none yet"}</Table.Td>
                <Table.Td>{run.startedBy.name}</Table.Td>
                <Table.Td>
                  <Time at={run.startedAt} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
