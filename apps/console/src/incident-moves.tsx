import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Card, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { assayCommand } from "./command-line.ts";
import { SeverityChoice } from "./declare-dialog.tsx";
import { Dialog } from "./dialog.tsx";
import { changeIncident, type IncidentMove } from "./incidents-api.ts";

const MOVES: Record<
  IncidentDetail["incident"]["state"],
  readonly { readonly move: IncidentMove; readonly label: string }[]
> = {
  open: [{ move: "acknowledge", label: "Acknowledge: I am on it" }],
  acknowledged: [
    { move: "mitigate", label: "Mitigated: users are safe" },
    { move: "resolve", label: "Resolved: the cause is gone" },
    { move: "acknowledge", label: "I am still on it" },
  ],
  mitigated: [{ move: "resolve", label: "Resolved: the cause is gone" }],
  resolved: [{ move: "close", label: "Close" }],
  closed: [],
};

type Asked = "severity" | "merge" | "reopen" | "waive-post-mortem";

/** Notes, the way from open to closed, and what else is done to an incident as a whole. */
export function IncidentMoves({ detail }: { readonly detail: IncidentDetail }) {
  const { incident, postMortem } = detail;
  const [note, setNote] = useState("");
  const [asked, setAsked] = useState<Asked>();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (what: string) => changeIncident(incident.id, what, { note }),
    onSuccess: () => {
      setNote("");
      return queries.invalidateQueries({ queryKey: ["incidents"] });
    },
  });
  const first = MOVES[incident.state][0]?.move;
  const isOver = incident.resolvedAt !== null;
  const others: readonly (readonly [Asked, string, boolean])[] = [
    ["severity", "Change the severity", !isOver],
    ["merge", "Merge into another", !isOver],
    ["reopen", "Open again", incident.state === "resolved"],
    ["waive-post-mortem", "Waive the post-mortem", postMortem.isRequired && incident.state !== "closed"],
  ];
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
            loading={change.isPending && change.variables === "notes"}
            onClick={() => change.mutate("notes")}
          >
            Add the note
          </Button>
          {MOVES[incident.state].map(({ move, label }) => (
            <Button
              key={move}
              loading={change.isPending && change.variables === move}
              onClick={() => change.mutate(move)}
            >
              {label}
            </Button>
          ))}
        </Group>
        <ProblemNotice error={change.error} />
        <Group>
          {others.map(([what, label, isOffered]) =>
            isOffered ? (
              <Button key={what} variant="subtle" size="compact-sm" onClick={() => setAsked(what)}>
                {label}
              </Button>
            ) : null,
          )}
        </Group>
        {first !== undefined && <CopyCommand command={assayCommand("incident", first, incident.id)} />}
      </Stack>
      {asked !== undefined && <ReasonDialog detail={detail} what={asked} onClose={() => setAsked(undefined)} />}
    </Card>
  );
}

const TITLES: Readonly<Record<Asked, string>> = {
  severity: "Change the severity",
  merge: "Merge into another incident",
  reopen: "Open it again",
  "waive-post-mortem": "Waive the post-mortem",
};

interface ReasonDialogProps {
  readonly detail: IncidentDetail;
  readonly what: Asked;
  readonly onClose: () => void;
}

/** What changes the whole incident wants a reason. */
function ReasonDialog({ detail: { incident }, what, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  const [severity, setSeverity] = useState<string>(incident.severity);
  const [into, setInto] = useState("");
  const queries = useQueryClient();
  const more = what === "severity" ? { severity } : what === "merge" ? { into: into.trim() } : {};
  const change = useMutation({
    mutationFn: () => changeIncident(incident.id, what, { reason, ...more }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["incidents"] });
      onClose();
    },
  });
  return (
    <Dialog opened onClose={onClose} title={TITLES[what]}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack>
          {what === "severity" && <SeverityChoice value={severity} onChange={setSeverity} />}
          {what === "merge" && (
            <TextInput
              label="The incident that goes on"
              description="Its id, as in its address. Alerts and everything that still happens go there; nothing is lost."
              placeholder="inc_…"
              required
              value={into}
              onChange={(event) => setInto(event.currentTarget.value)}
            />
          )}
          <Textarea
            label="Why?"
            required
            minLength={3}
            autosize
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" loading={change.isPending}>
            {TITLES[what]}
          </Button>
          <ProblemNotice error={change.error} />
        </Stack>
      </form>
    </Dialog>
  );
}
