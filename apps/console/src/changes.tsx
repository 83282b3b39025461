import { auditPageSchema } from "@assay/operations/api/schema/audit";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { request } from "@assay/page-kit/request.ts";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Code, Group, Table, Text, Title } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

const LOOKED_AT = 100;
const SHOWN = 6;
/** Coming and going, and what the plane notes of itself, changes nothing that could have broken something. */
const ROUTINE = /^(session|audit|token|checkpoint|incident|runbook|run|checklist|report)s?\./;

export const changesQuery = queryOptions({
  queryKey: ["audit", "changes"],
  refetchInterval: 10_000,
  queryFn: async () =>
    (await request(`/api/audit?limit=${LOOKED_AT}`, { schema: auditPageSchema })).entries
      .filter(({ action }) => !ROUTINE.test(action))
      .slice(0, SHOWN),
});

/** What was changed last, by whom: the first suspect. */
export function Changes() {
  const changes = useQuery(changesQuery);
  return (
    <section aria-labelledby="changes">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="changes">
          What changed
        </Title>
        <Anchor component={Link} to="/audit" underline="always" fz="sm">
          Everything
        </Anchor>
      </Group>
      <Awaited of={changes} what="the last changes">
        {(entries) =>
          entries.length === 0 ? (
            <Text>Nothing yet.</Text>
          ) : (
            <Card withBorder p={0}>
              <ScrollTable label="Last changes" minWidth={560} dense>
                <Table.Tbody>
                  {entries.map((entry) => (
                    <Table.Tr key={entry.sequence}>
                      <Table.Td w={190} style={{ whiteSpace: "nowrap" }}>
                        <Time at={entry.at} fz={13} />
                      </Table.Td>
                      <Table.Td>{entry.actor.name}</Table.Td>
                      <Table.Td>
                        <Code>{entry.action}</Code>
                      </Table.Td>
                      <Table.Td>{entry.target}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </ScrollTable>
            </Card>
          )
        }
      </Awaited>
    </section>
  );
}
