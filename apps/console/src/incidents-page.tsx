import { incidentSeveritySchema } from "@assay/operations/api/schema/incidents";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Group, List, NativeSelect, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { DeclareDialog } from "./declare-dialog.tsx";
import { IncidentFiguresRow } from "./incident-figures.tsx";
import { IncidentTable } from "./incident-table.tsx";
import { type IncidentFilter, incidentsQuery, overdueQuery } from "./incidents-api.ts";
import { systemsQuery } from "./systems-api.ts";

const STATES = [
  { value: "current", label: "not over" },
  { value: "over", label: "over" },
  { value: "all", label: "all" },
] as const;

export function IncidentsPage() {
  const [filter, setFilter] = useState<IncidentFilter>({ state: "all" });
  const [isDeclaring, setDeclaring] = useState(false);
  const incidents = useQuery(incidentsQuery(filter));
  return (
    <Stack>
      <Group justify="space-between">
        <PageTitle>Incidents</PageTitle>
        <Button onClick={() => setDeclaring(true)}>Declare an incident</Button>
      </Group>
      <IncidentFiguresRow />
      <Overdue />
      <Filters filter={filter} onChange={setFilter} />
      <Awaited of={incidents} what="the incidents">
        {(found) => (found.length === 0 ? <Text>None.</Text> : <IncidentTable incidents={found} />)}
      </Awaited>
      {isDeclaring && <DeclareDialog onClose={() => setDeclaring(false)} />}
    </Stack>
  );
}

interface FiltersProps {
  readonly filter: IncidentFilter;
  readonly onChange: (filter: IncidentFilter) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
  const { data: systems } = useQuery(systemsQuery);
  const severity = incidentSeveritySchema.safeParse(filter.severity).data ?? "";
  return (
    <Group gap="md" align="end">
      <NativeSelect
        label="State"
        data={[...STATES]}
        value={filter.state}
        onChange={(event) => onChange({ ...filter, state: event.currentTarget.value as IncidentFilter["state"] })}
      />
      <NativeSelect
        label="Severity"
        data={[{ value: "", label: "any" }, ...incidentSeveritySchema.options]}
        value={severity}
        onChange={(event) =>
          onChange({ ...filter, severity: incidentSeveritySchema.safeParse(event.currentTarget.value).data })
        }
      />
      <NativeSelect
        label="System"
        data={[
          { value: "", label: "any" },
          ...(systems?.systems ?? []).map(({ id, title }) => ({ value: id, label: title })),
        ]}
        value={filter.system ?? ""}
        onChange={(event) => onChange({ ...filter, system: event.currentTarget.value || undefined })}
      />
    </Group>
  );
}

/** What incidents taught and nobody did in time. */
function Overdue() {
  const { data: items = [] } = useQuery(overdueQuery);
  if (items.length === 0) return null;
  return (
    <Notice tone="warning" title={`${items.length} action ${items.length === 1 ? "item is" : "items are"} overdue`}>
      <List size="sm">
        {items.slice(0, 10).map(({ id, title, owner, dueAt, incidentId }) => (
          <List.Item key={id}>
            <Anchor component={Link} to={`/incidents/${incidentId}`} underline="always" inherit>
              {title}
            </Anchor>
            , {owner.name}, due <Time at={dueAt} />
          </List.Item>
        ))}
      </List>
    </Notice>
  );
}
