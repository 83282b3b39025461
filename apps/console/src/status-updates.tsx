import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import { publicIncidentSchema } from "@assay/operations/api/schema/status";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { request } from "@assay/page-kit/request.ts";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Stack, Text, Title } from "@mantine/core";
import { assayCommand } from "./command-line.ts";
import { PublicUpdateForm } from "./public-update-form.tsx";
import { UPDATE_TONES } from "./status-api.ts";

/** What users were told about it, and the place to tell them more. */
export function StatusUpdates({ detail: { incident, publicIncident } }: { readonly detail: IncidentDetail }) {
  const isFirst = publicIncident === null || publicIncident.resolvedAt !== null;
  const path = `/api/incidents/${incident.id}/status-updates`;
  return (
    <section aria-labelledby="status-updates">
      <Title order={2} size="h4" id="status-updates" mb="xs">
        Status updates
      </Title>
      <Stack gap="xs">
        {publicIncident === null && <Text>Users were told nothing so far.</Text>}
        {publicIncident?.updates.map(({ at, status, text }) => (
          <Text key={at + status}>
            <StateMark tone={UPDATE_TONES[status]} word={status} /> {text}{" "}
            <Text span c="dimmed" inherit>
              <Time at={at} />
            </Text>
          </Text>
        ))}
        <details>
          <summary>{isFirst ? "Tell users about it" : "Tell users how it goes on"}</summary>
          <Stack mt="xs">
            <PublicUpdateForm
              key={String(isFirst)}
              isFirst={isFirst}
              current={isFirst ? undefined : publicIncident.status}
              send={(body) => request(path, { method: "POST", body, schema: publicIncidentSchema })}
            />
            <CopyCommand command={assayCommand("incident", "update", incident.id, "investigating", "…")} />
          </Stack>
        </details>
      </Stack>
    </section>
  );
}
