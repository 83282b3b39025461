import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import type { TimelineEntryView, TimelineKind } from "@assay/operations/api/schema/incidents";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Code, Group, NativeSelect, Stack, Text, Textarea, Timeline, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "./dialog.tsx";
import { changeIncident } from "./incidents-api.ts";

const WORDS: Readonly<Record<TimelineKind, string>> = {
  alert: "alerts",
  page: "pages",
  acknowledgement: "acknowledgements",
  state: "states",
  run: "runs",
  step: "steps",
  approval: "approvals",
  flag: "switches",
  deploy: "deploys",
  role: "roles",
  link: "links",
  update: "status updates",
  severity: "severities",
  merge: "merges",
  "post-mortem": "post-mortem",
  "action-item": "action items",
  note: "notes",
};

/** Everything that happened, oldest first, each with its evidence. */
export function IncidentTimeline({ detail: { incident, timeline } }: { readonly detail: IncidentDetail }) {
  const [kind, setKind] = useState("");
  const kinds = [...new Set(timeline.map((entry) => entry.kind))];
  const shown = timeline.filter((entry) => kind === "" || entry.kind === kind);
  return (
    <section aria-labelledby="timeline">
      <Group justify="space-between" align="end" mb="md">
        <Title order={2} size="h4" id="timeline">
          Timeline
        </Title>
        <NativeSelect
          label="Show"
          data={[
            { value: "", label: `everything (${timeline.length})` },
            ...kinds.map((one) => ({ value: one, label: WORDS[one] })),
          ]}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
        />
      </Group>
      <Timeline bulletSize={14} lineWidth={2}>
        {shown.map((entry) => (
          <Timeline.Item key={entry.sequence} id={`entry-${entry.sequence}`}>
            <Entry entry={entry} incidentId={incident.id} />
          </Timeline.Item>
        ))}
      </Timeline>
    </section>
  );
}

interface EntryProps {
  readonly entry: TimelineEntryView;
  readonly incidentId: string;
}

function Entry({ entry, incidentId }: EntryProps) {
  const [isAmending, setAmending] = useState(false);
  return (
    <Stack gap={2}>
      <Text style={{ overflowWrap: "anywhere" }}>{entry.summary}</Text>
      <Text size="sm" c="dimmed">
        {WORDS[entry.kind]} · {entry.actor.name}, <Time at={entry.at} />
        {entry.kind === "note" && (
          <Button
            variant="subtle"
            size="compact-xs"
            ml="xs"
            aria-label={`Say it anew: entry ${entry.sequence}`}
            onClick={() => setAmending(true)}
          >
            Say it anew
          </Button>
        )}
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
      {isAmending && <AmendDialog entry={entry} incidentId={incidentId} onClose={() => setAmending(false)} />}
    </Stack>
  );
}

function AmendDialog({ entry, incidentId, onClose }: EntryProps & { readonly onClose: () => void }) {
  const [note, setNote] = useState(String(entry.details.note ?? entry.summary));
  const queries = useQueryClient();
  const amend = useMutation({
    mutationFn: () => changeIncident(incidentId, `notes/${entry.sequence}/amend`, { note }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["incidents"] });
      onClose();
    },
  });
  return (
    <Dialog opened onClose={onClose} title="Say the note anew">
      <Stack>
        <Textarea
          label="Note"
          description="A new entry; the one before stays on the timeline."
          autosize
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Button loading={amend.isPending} disabled={note.trim() === ""} onClick={() => amend.mutate()}>
          Add the new note
        </Button>
        <ProblemNotice error={amend.error} />
      </Stack>
    </Dialog>
  );
}
