import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import type { TimelineEntryView } from "@assay/operations/api/schema/incidents";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Code, Group, Stack, Text, Textarea, Timeline, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { AlertRow } from "./alert-row.tsx";
import { useDeepLink } from "./deep-link.ts";
import { addNote, type IncidentMove, incidentQuery, moveIncident, SEVERITY_TONES } from "./incidents-api.ts";
import { Runs } from "./runs-table.tsx";

/** One incident: where it stands, its alerts, and everything that happened, in order, with evidence. */
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
    <Stack maw={980}>
      <Header detail={detail} />
      {detail.alerts.map((alert) => (
        <AlertRow key={alert.id} alert={alert} inIncident />
      ))}
      <Moves detail={detail} />
      <Runs filter={{ incidentId: detail.incident.id }} />
      <section aria-labelledby="timeline">
        <Title order={2} size="h4" id="timeline" mb="md">
          Timeline
        </Title>
        <Timeline bulletSize={14} lineWidth={2}>
          {detail.timeline.map((entry) => (
            <Timeline.Item key={entry.sequence} id={`entry-${entry.sequence}`}>
              <Entry entry={entry} />
            </Timeline.Item>
          ))}
        </Timeline>
      </section>
      <Notifications detail={detail} />
    </Stack>
  );
}

function Header({ detail }: { readonly detail: IncidentDetail }) {
  const { incident } = detail;
  return (
    <div>
      <Group justify="space-between">
        <PageTitle>{incident.title}</PageTitle>
        <Group gap="md" role="status" aria-live="polite">
          <StateMark tone={SEVERITY_TONES[incident.severity]} word={incident.severity} strong />
          <StateMark tone={incident.resolvedAt === null ? "warning" : "good"} word={incident.state} strong />
        </Group>
      </Group>
      <Text c="dimmed">
        Opened <Time at={incident.openedAt} />
        {incident.acknowledgedAt === null && incident.resolvedAt === null && (
          <>
            , to be answered: <Countdown until={incident.respondBy} />
          </>
        )}
        {" · "}
        <Anchor
          href={`/api/incidents/${incident.id}/export`}
          download={`incident-${incident.id}.json`}
          underline="always"
          inherit
        >
          export with audit proof
        </Anchor>
      </Text>
    </div>
  );
}

const MOVES: Record<
  IncidentDetail["incident"]["state"],
  readonly { readonly move: IncidentMove; readonly label: string }[]
> = {
  open: [{ move: "acknowledge", label: "Acknowledge: I am on it" }],
  acknowledged: [
    { move: "mitigate", label: "Mitigated: users are safe" },
    { move: "resolve", label: "Resolved: the cause is gone" },
  ],
  mitigated: [{ move: "resolve", label: "Resolved: the cause is gone" }],
  resolved: [{ move: "close", label: "Close" }],
  closed: [],
};

function Moves({ detail }: { readonly detail: IncidentDetail }) {
  const { incident } = detail;
  const [note, setNote] = useState("");
  const queries = useQueryClient();
  const settle = () => {
    setNote("");
    return queries.invalidateQueries({ queryKey: ["incidents"] });
  };
  const move = useMutation({
    mutationFn: (to: IncidentMove) => moveIncident(incident.id, to, note),
    onSuccess: settle,
  });
  const write = useMutation({ mutationFn: () => addNote(incident.id, note), onSuccess: settle });
  return (
    <Card withBorder component="section" aria-label="What now">
      <Stack>
        <Textarea
          label="Note"
          description="Goes into the timeline, with the move if you make one."
          autosize
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group>
          <Button
            variant="default"
            disabled={note.trim() === ""}
            loading={write.isPending}
            onClick={() => write.mutate()}
          >
            Add the note
          </Button>
          {MOVES[incident.state].map(({ move: to, label }) => (
            <Button key={to} loading={move.isPending && move.variables === to} onClick={() => move.mutate(to)}>
              {label}
            </Button>
          ))}
        </Group>
        <ProblemNotice error={move.error ?? write.error} />
      </Stack>
    </Card>
  );
}

function Entry({ entry }: { readonly entry: TimelineEntryView }) {
  return (
    <Stack gap={2}>
      <Text style={{ overflowWrap: "anywhere" }}>{entry.summary}</Text>
      <Text size="sm" c="dimmed">
        {entry.actor.name}, <Time at={entry.at} />
      </Text>
      {Object.keys(entry.details).length > 0 && (
        <details>
          <summary>Evidence</summary>
          <Code block tabIndex={0} mah={280} style={{ overflow: "auto" }}>
            {JSON.stringify(entry.details, null, 2)}
          </Code>
          <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }}>
            sha256 {entry.digest}
          </Text>
        </details>
      )}
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
