import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { formatDuration, Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Code, Group, List, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ActionDialog } from "./action-dialog.tsx";
import { type Policy, policyHistoryQuery, policyTableQuery } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";

const CHANGE_POLICY = "operations.policy.change";

/** Who must agree to what, with what every number comes from. */
export function PolicySection() {
  const table = useQuery(policyTableQuery);
  const [changing, setChanging] = useState<Policy>();
  return (
    <section aria-labelledby="policy">
      <Title order={2} size="h4" id="policy">
        Who must agree
      </Title>
      <Awaited of={table} what="the policy">
        {({ version, policies }) => {
          const change = policies.find(({ action }) => action === CHANGE_POLICY);
          return (
            <Stack gap="xs">
              <Group justify="space-between">
                <Text c="dimmed">
                  Version {version} of the table. Lines only add to defaults and manifests; a runbook may ask for more.
                </Text>
                {change !== undefined && (
                  <Button variant="default" onClick={() => setChanging(change)}>
                    Change the policy…
                  </Button>
                )}
              </Group>
              <PolicyTable policies={policies.filter(({ people, effect }) => people > 1 || effect === "danger")} />
              <CopyCommand command={assayCommand("action")} label="Copy the command that lists it" />
              <History />
            </Stack>
          );
        }}
      </Awaited>
      {changing !== undefined && <ActionDialog policy={changing} onClose={() => setChanging(undefined)} />}
    </section>
  );
}

function PolicyTable({ policies }: { readonly policies: readonly Policy[] }) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="Policy" minWidth={900} maxHeight={480} dense>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Action</Table.Th>
            <Table.Th>Environment</Table.Th>
            <Table.Th ta="right">People</Table.Th>
            <Table.Th>Roles, each filled by somebody of their own</Table.Th>
            <Table.Th>Ends after, told again each</Table.Th>
            <Table.Th>Standing</Table.Th>
            <Table.Th>Because</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {policies.map((policy) => (
            <Table.Tr key={policy.action}>
              <Table.Th scope="row">
                <Code>{policy.action}</Code>
              </Table.Th>
              <Table.Td>{policy.environment}</Table.Td>
              <Table.Td ta="right">{policy.people}</Table.Td>
              <Table.Td>{policy.roles.join(" and ")}</Table.Td>
              <Table.Td>
                {policy.people === 1
                  ? "at once"
                  : `${formatDuration(policy.expiresInMs)}, ${formatDuration(policy.tellAgainMs)}`}
              </Table.Td>
              <Table.Td>{policy.people === 1 ? "not needed" : policy.neverStanding ? "never" : "possible"}</Table.Td>
              <Table.Td>
                <List size="xs">
                  {policy.sources.map(({ source, says }) => (
                    <List.Item key={source}>
                      {source}: {says}
                    </List.Item>
                  ))}
                </List>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function History() {
  const { data } = useQuery(policyHistoryQuery);
  if (data === undefined || data.length === 0) return null;
  return (
    <List size="sm" aria-label="Changes of the policy">
      {data.map(({ version, change, approvalId, madeAt, reason }) => (
        <List.Item key={version}>
          Version {version}, <Time at={madeAt} />: <Code>{JSON.stringify(change)}</Code> {reason}{" "}
          <Anchor component={Link} to={`/approvals/${approvalId}`} underline="always" inherit>
            who agreed to version {version}
          </Anchor>
        </List.Item>
      ))}
    </List>
  );
}
