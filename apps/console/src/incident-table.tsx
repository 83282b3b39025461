import type { IncidentView } from "@assay/operations/api/schema/incidents";
import { SEVERITIES } from "@assay/operations/api/schema/severity";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { SEVERITY_TONES } from "./incidents-api.ts";

export function IncidentTable({ incidents }: { readonly incidents: readonly IncidentView[] }) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="Incidents" minWidth={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={130}>Severity</Table.Th>
            <Table.Th>Incident</Table.Th>
            <Table.Th w={130}>State</Table.Th>
            <Table.Th w={150}>Commander</Table.Th>
            <Table.Th w={230}>Opened</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {incidents.map((incident) => (
            <Table.Tr key={incident.id}>
              <Table.Td>
                <StateMark
                  tone={SEVERITY_TONES[incident.severity]}
                  word={`${incident.severity} ${SEVERITIES[incident.severity].word}`}
                  strong
                />
              </Table.Td>
              <Table.Th scope="row">
                <Anchor component={Link} to={`/incidents/${incident.id}`} underline="always" fz="sm">
                  {incident.title}
                </Anchor>
              </Table.Th>
              <Table.Td>
                {incident.mergedInto === null ? incident.state : "merged"}
                {incident.state === "open" && incident.respondedAt === null && (
                  <Text size="xs" c="dimmed">
                    answer: <Countdown until={incident.respondBy} />
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{incident.commander ?? <Text c="dimmed">nobody</Text>}</Table.Td>
              <Table.Td>
                <Time at={incident.openedAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}
