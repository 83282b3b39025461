import type { StatusEditor } from "@assay/operations/api/schema/status";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AddComponent } from "./add-component.tsx";
import { PublicUpdateForm } from "./public-update-form.tsx";
import { publishIncident, STATE_TONES, statusEditorQuery, UPDATE_TONES, updateIncident } from "./status-api.ts";
import { StatusComponent } from "./status-component.tsx";

/** The public page from behind: what it shows, why, and the places to say otherwise. */
export function StatusEditorPage() {
  const editor = useQuery(statusEditorQuery);
  return (
    <Stack maw={980}>
      <PageTitle>Status page</PageTitle>
      <Awaited of={editor} what="the status page">
        {(found) => <Editor editor={found} />}
      </Awaited>
    </Stack>
  );
}

function Editor({ editor }: { readonly editor: StatusEditor }) {
  const { state, asOf, url, components, subscribers } = editor;
  return (
    <Stack gap="lg">
      <Group gap="md" role="status">
        <StateMark tone={STATE_TONES[state]} word={state} strong />
        <Text c="dimmed">
          as of <Time at={asOf} />
        </Text>
        <Anchor href={url} underline="always">
          What the public sees
        </Anchor>
      </Group>
      <Text>
        {subscribers.email} by e-mail and {subscribers.webhook} by webhook want to be told; {subscribers.pending} have
        not confirmed.{subscribers.failed > 0 && ` ${subscribers.failed} messages reached nobody.`}
      </Text>
      <section aria-labelledby="components">
        <Title order={2} size="h4" id="components" mb="xs">
          Components
        </Title>
        <Stack gap="sm">
          {components.length === 0 && <Text>No system declares any, and none was made by hand.</Text>}
          {components.map((component) => (
            <StatusComponent key={component.id} component={component} />
          ))}
          <AddComponent />
        </Stack>
      </section>
      <Incidents editor={editor} />
      <Maintenance editor={editor} />
    </Stack>
  );
}

function Incidents({ editor: { incidents } }: { readonly editor: StatusEditor }) {
  return (
    <section aria-labelledby="public-incidents">
      <Title order={2} size="h4" id="public-incidents" mb="xs">
        Public incidents
      </Title>
      <Stack gap="sm">
        {incidents.map((incident) => (
          <Card key={incident.id} withBorder component="article" aria-label={incident.title}>
            <Group gap="sm">
              <StateMark tone={UPDATE_TONES[incident.status]} word={incident.status} strong />
              <Text fw={650}>{incident.title}</Text>
              {incident.incidentId !== null && (
                <Anchor component={Link} to={`/incidents/${incident.incidentId}`} underline="always" fz="sm">
                  the incident behind it
                </Anchor>
              )}
            </Group>
            {incident.updates.map(({ at, status, text }) => (
              <Text key={at + status} mt={4}>
                {status}: {text}{" "}
                <Text span c="dimmed" inherit>
                  <Time at={at} />
                </Text>
              </Text>
            ))}
            <details>
              <summary>Add an update</summary>
              <PublicUpdateForm
                isFirst={false}
                current={incident.status}
                send={(words) => updateIncident(incident.id, words)}
              />
            </details>
          </Card>
        ))}
        <details>
          <summary>Tell users of trouble</summary>
          <PublicUpdateForm isFirst current={undefined} send={publishIncident} />
        </details>
      </Stack>
    </section>
  );
}

function Maintenance({ editor: { maintenance } }: { readonly editor: StatusEditor }) {
  return (
    <section aria-labelledby="maintenance">
      <Title order={2} size="h4" id="maintenance" mb="xs">
        Public maintenance
      </Title>
      {maintenance.length === 0 && <Text>None is planned in the next two weeks.</Text>}
      {maintenance.map(({ id, title, startsAt, endsAt }) => (
        <Text key={id}>
          {title}: <Time at={startsAt} /> to <Time at={endsAt} />
        </Text>
      ))}
    </section>
  );
}
