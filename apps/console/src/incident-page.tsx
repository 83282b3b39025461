import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { ActionItems } from "./action-items.tsx";
import { AlertRow } from "./alert-row.tsx";
import { useDeepLink } from "./deep-link.ts";
import { IncidentHeader } from "./incident-header.tsx";
import { IncidentLinks } from "./incident-links.tsx";
import { IncidentMoves } from "./incident-moves.tsx";
import { IncidentRoles } from "./incident-roles.tsx";
import { IncidentTimeline } from "./incident-timeline.tsx";
import { incidentQuery } from "./incidents-api.ts";
import { PostMortemCard } from "./post-mortem-card.tsx";
import { Runs } from "./runs-table.tsx";
import { StatusUpdates } from "./status-updates.tsx";

/** One incident: where it stands, who is on it, its alerts, and everything that happened, in order, with evidence. */
export function IncidentPage() {
  const { id } = useParams({ from: "/incidents/$id" });
  const detail = useQuery(incidentQuery(id));
  useDeepLink(detail.data !== undefined);
  return (
    <Awaited of={detail} what="the incident">
      {(found) => <Incident detail={found} />}
    </Awaited>
  );
}

function Incident({ detail }: { readonly detail: IncidentDetail }) {
  return (
    <Stack maw={980} gap="lg">
      <IncidentHeader detail={detail} />
      {detail.alerts.map((alert) => (
        <AlertRow key={alert.id} alert={alert} inIncident />
      ))}
      <IncidentMoves detail={detail} />
      <IncidentRoles detail={detail} />
      <StatusUpdates detail={detail} />
      <Runs filter={{ incidentId: detail.incident.id }} />
      <IncidentLinks detail={detail} />
      <ActionItems detail={detail} />
      <PostMortemCard detail={detail} />
      <IncidentTimeline detail={detail} />
      <Notifications detail={detail} />
    </Stack>
  );
}

const SENT_TONES = { queued: "info", sent: "good", failed: "critical" } as const;

function Notifications({ detail }: { readonly detail: IncidentDetail }) {
  if (detail.notifications.length === 0) return null;
  return (
    <section aria-labelledby="pages">
      <Title order={2} size="h4" id="pages" mb="xs">
        Pages
      </Title>
      <Stack gap={4}>
        {detail.notifications.map((page) => (
          <Group key={page.id} gap="sm">
            <StateMark tone={SENT_TONES[page.state]} word={page.state} />
            <Text size="sm">
              {page.personName} by {page.kind}, <Time at={page.sentAt ?? page.createdAt} />
              {page.error === null ? "" : `: ${page.error}`}
            </Text>
          </Group>
        ))}
      </Stack>
    </section>
  );
}
