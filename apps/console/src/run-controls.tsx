import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { assayCommand } from "./command-line.ts";
import { abortRun, type Decision, decide, pauseRun, type RunView } from "./runbooks-api.ts";

/** What a person may do with a run now: hold it between two steps, or say how a stopped one goes on. */
export function RunControls({ run }: { readonly run: RunView }) {
  if (run.endedAt !== null) return null;
  if (run.state === "stopped") return <DecisionForm run={run} />;
  return <PauseButton run={run} />;
}

function PauseButton({ run }: { readonly run: RunView }) {
  const queries = useQueryClient();
  const pause = useMutation({
    mutationFn: () => pauseRun(run.id),
    onSettled: () => queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  if (run.pauseAskedBy !== null)
    return <StateMark tone="warning" word={`${run.pauseAskedBy} pauses it: it stops before the next step`} strong />;
  return (
    <Stack gap={4}>
      <Button variant="default" w="fit-content" loading={pause.isPending} onClick={() => pause.mutate()}>
        Pause before the next step
      </Button>
      <ProblemNotice error={pause.error} />
    </Stack>
  );
}

const DECISIONS: Record<Decision, string> = {
  retry: "Try the step again",
  skip: "Go on without it",
  rollback: "Undo it",
  continue: "Go on",
};

function DecisionForm({ run }: { readonly run: RunView }) {
  const [note, setNote] = useState("");
  const queries = useQueryClient();
  const choose = useMutation({
    mutationFn: (decision: Decision) => decide(run.id, decision, note),
    onSettled: () => queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  const isPaused = run.offers.includes("continue");
  return (
    <Notice
      tone={isPaused ? "warning" : "high"}
      title={isPaused ? "The run is paused" : "The run has stopped and waits for a decision"}
    >
      <Stack>
        <Textarea
          label="Note"
          description={run.offers.includes("skip") ? "Going on without a step wants the reason." : undefined}
          autosize
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group>
          {run.offers.map((offer) => (
            <Button
              key={offer}
              variant="default"
              disabled={choose.isPending || (offer === "skip" && note.trim() === "")}
              onClick={() => choose.mutate(offer)}
            >
              {DECISIONS[offer]}
            </Button>
          ))}
        </Group>
        <ProblemNotice error={choose.error} />
        <div>
          <Text c="dimmed" mb={4}>
            The same from a terminal:
          </Text>
          <CopyCommand
            command={assayCommand("runbook", "decide", run.id, run.offers[0] ?? "retry", ...noteWords(note))}
          />
        </div>
      </Stack>
    </Notice>
  );
}

function noteWords(note: string): string[] {
  return note.trim() === "" ? [] : ["--note", note.trim()];
}

/** Ends a run at any time, also while it waits for people. */
export function AbortForm({ run }: { readonly run: RunView }) {
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const abort = useMutation({
    mutationFn: () => abortRun(run.id, reason),
    onSettled: () => queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  return (
    <Stack gap="xs">
      <Group align="flex-end">
        <TextInput
          label="Why this run should end here"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          style={{ flex: 1 }}
        />
        <Button
          variant="default"
          disabled={reason.trim() === ""}
          loading={abort.isPending}
          onClick={() => abort.mutate()}
        >
          Abort the run
        </Button>
      </Group>
      <ProblemNotice error={abort.error} />
      <CopyCommand command={assayCommand("runbook", "abort", run.id, "--reason", reason.trim() || "…")} />
    </Stack>
  );
}
