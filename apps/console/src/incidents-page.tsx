import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IncidentTable } from "./incident-table.tsx";
import { incidentsQuery } from "./incidents-api.ts";

export function IncidentsPage() {
  const incidents = useQuery(incidentsQuery("all"));
  return (
    <Stack>
      <PageTitle>Incidents</PageTitle>
      <Awaited of={incidents} what="the incidents">
        {(found) => (found.length === 0 ? <Text>None so far.</Text> : <IncidentTable incidents={found} />)}
      </Awaited>
    </Stack>
  );
}
