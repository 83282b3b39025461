import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IncidentTable } from "./incident-table.tsx";
import { incidentsQuery } from "./incidents-api.ts";

export function IncidentsPage() {
  const { data: incidents, error } = useQuery(incidentsQuery("all"));
  return (
    <Stack>
      <Title order={1} size="h2">
        Incidents
      </Title>
      <ProblemNotice error={error} />
      {incidents?.length === 0 ? <Text>None so far.</Text> : <IncidentTable incidents={incidents ?? []} />}
    </Stack>
  );
}
