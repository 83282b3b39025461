import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import type { IncidentRole } from "@assay/operations/api/schema/incidents";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Group, NativeSelect, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeIncident, takeRole } from "./incidents-api.ts";
import { usePeopleOptions } from "./people-options.ts";

const ROLES: Readonly<Record<IncidentRole, string>> = {
  commander: "Commander: decides and delegates",
  communications: "Communications: tells users and colleagues",
  scribe: "Scribe: writes down what happens",
  expert: "Subject expert: knows the part",
};

/** Who is on it. */
export function IncidentRoles({ detail: { incident, roles } }: { readonly detail: IncidentDetail }) {
  const people = usePeopleOptions();
  const [role, setRole] = useState<IncidentRole>("commander");
  const [chosen, setPerson] = useState<string>();
  const personId = chosen ?? people[0]?.value ?? "";
  const queries = useQueryClient();
  const settle = { onSuccess: () => queries.invalidateQueries({ queryKey: ["incidents"] }) };
  const give = useMutation({ mutationFn: () => changeIncident(incident.id, "roles", { role, personId }), ...settle });
  const take = useMutation({
    mutationFn: (held: IncidentDetail["roles"][number]) => takeRole(incident.id, held.role, held.person.id),
    ...settle,
  });
  return (
    <section aria-labelledby="roles">
      <Title order={2} size="h4" id="roles" mb="xs">
        Who is on it
      </Title>
      <Stack gap="xs">
        {roles.length === 0 && <Text>Nobody has a role yet.</Text>}
        {roles.map((held) => (
          <Group key={held.role + held.person.id} gap="sm">
            <Text fw={600}>{held.person.name}</Text>
            <Text>{ROLES[held.role].split(":")[0]}</Text>
            <Text c="dimmed">
              since <Time at={held.since} />
            </Text>
            <Button
              variant="subtle"
              size="compact-sm"
              aria-label={`Take back the role of ${held.person.name}`}
              onClick={() => take.mutate(held)}
            >
              Take back
            </Button>
          </Group>
        ))}
        <Group align="end" gap="sm">
          <NativeSelect
            label="Role"
            data={Object.entries(ROLES).map(([value, label]) => ({ value, label }))}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as IncidentRole)}
          />
          <NativeSelect
            label="Person"
            data={people}
            value={personId}
            onChange={(event) => setPerson(event.currentTarget.value)}
          />
          <Button variant="default" loading={give.isPending} onClick={() => give.mutate()}>
            Give the role
          </Button>
        </Group>
        <ProblemNotice error={give.error ?? take.error} />
      </Stack>
    </section>
  );
}
