import type { IncidentView } from "@assay/operations/api/schema/incidents";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Box, Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { SEVERITY_TONES } from "./incidents-api.ts";

export function IncidentTable({ incidents }: { readonly incidents: readonly IncidentView[] }) {
  return (
    <Box className="scroll" tabIndex={0} role="region" aria-label="Incidents">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Severity</Table.Th>
            <Table.Th>Incident</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Opened</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {incidents.map((incident) => (
            <Table.Tr key={incident.id}>
              <Table.Td>
                <StateMark tone={SEVERITY_TONES[incident.severity]} word={incident.severity} strong />
              </Table.Td>
              <Table.Th scope="row">
                <Anchor component={Link} to={`/incidents/${incident.id}`} underline="always">
                  {incident.title}
                </Anchor>
              </Table.Th>
              <Table.Td>{incident.state}</Table.Td>
              <Table.Td>
                <Time at={incident.openedAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
