import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Anchor, Card, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type RunbookSummary, runbooksQuery } from "./runbooks-api.ts";
import { Runs } from "./runs-table.tsx";

export function RunbooksPage() {
  const runbooks = useQuery(runbooksQuery);
  return (
    <Stack>
      <PageTitle>Runbooks</PageTitle>
      <Awaited of={runbooks} what="the runbooks">
        {(found) =>
          found.length === 0 ? (
            <StateMark tone="unknown" word="No system has shown its runbooks yet." />
          ) : (
            <RunbookTable runbooks={found} />
          )
        }
      </Awaited>
      <Runs filter={{}} />
    </Stack>
  );
}

function RunbookTable({ runbooks }: { readonly runbooks: readonly RunbookSummary[] }) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="Runbooks" minWidth={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Runbook</Table.Th>
            <Table.Th>System</Table.Th>
            <Table.Th>Answers</Table.Th>
            <Table.Th ta="right">Steps</Table.Th>
            <Table.Th ta="right">Version</Table.Th>
            <Table.Th>Drill</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runbooks.map((runbook) => (
            <Table.Tr key={`${runbook.system} ${runbook.id}`}>
              <Table.Th scope="row">
                <Anchor component={Link} to={`/runbooks/${runbook.id}`} underline="always" fz="sm">
                  {runbook.title}
                </Anchor>
                {!runbook.isCurrent && (
                  <div>
                    <StateMark tone="unknown" word="a newer text could not be read" />
                  </div>
                )}
                {runbook.problems > 0 && (
                  <div>
                    <StateMark tone="critical" word={`${runbook.problems} problems: does not run`} />
                  </div>
                )}
              </Table.Th>
              <Table.Td>{runbook.system}</Table.Td>
              <Table.Td>{runbook.alerts.map((alert) => alert.split(".").at(-1)).join(", ") || <None />}</Table.Td>
              <Table.Td ta="right">{runbook.steps}</Table.Td>
              <Table.Td ta="right">{runbook.version}</Table.Td>
              <Table.Td>{runbook.drill ?? <None />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function None() {
  return (
    <Text span inherit c="dimmed">
      none
    </Text>
  );
}
