import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";

const TONES = { none: "neutral", draft: "warning", review: "info", published: "good" } as const;
const WORDS = { none: "not begun", draft: "draft", review: "in review", published: "published" } as const;

/** Where the report stands, and whether the incident can be closed without it. */
export function PostMortemCard({ detail: { incident, postMortem } }: { readonly detail: IncidentDetail }) {
  return (
    <section aria-labelledby="post-mortem">
      <Title order={2} size="h4" id="post-mortem" mb="xs">
        Post-mortem
      </Title>
      <Stack gap={4}>
        <Group gap="sm">
          <StateMark tone={TONES[postMortem.state]} word={WORDS[postMortem.state]} />
          {postMortem.version > 0 && <Text c="dimmed">version {postMortem.version}</Text>}
          <Anchor component={Link} to={`/incidents/${incident.id}/post-mortem`} underline="always">
            {postMortem.state === "none" ? "Write it from the timeline" : "Read and edit it"}
          </Anchor>
        </Group>
        {postMortem.isRequired && postMortem.state !== "published" && (
          <Text c="dimmed">
            An incident this severe is closed with a published post-mortem, or with a stated reason.
          </Text>
        )}
        {incident.waiver !== null && (
          <Text>
            Waived by {incident.waiver.by.name}: {incident.waiver.reason}
          </Text>
        )}
      </Stack>
    </section>
  );
}
