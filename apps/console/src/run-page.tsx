import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Alert, Anchor, Button, Card, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ApprovalCard } from "./approval-card.tsx";
import { approvalQuery } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";
import { useDeepLink } from "./deep-link.ts";
import {
  abortRun,
  decide,
  type PlannedStepView,
  RUN_TONES,
  type RunDetailView,
  type RunView,
  runQuery,
  type StepRunView,
  VERDICT_TONES,
} from "./runbooks-api.ts";
import { StepAttempt } from "./step-attempt.tsx";
import { StepPlan } from "./step-plan.tsx";
import { StepSignForm } from "./step-sign-form.tsx";

/** A run as it happens: every step with what ran, what was seen, and what it waits for. */
export function RunPage() {
  const { id } = useParams({ from: "/runs/$id" });
  const detail = useQuery(runQuery(id));
  useDeepLink(detail.data !== undefined);
  return (
    <Awaited of={detail} what="the run">
      {(found) => <Run detail={found} />}
    </Awaited>
  );
}

function Run({ detail }: { readonly detail: RunDetailView }) {
  const { run, steps, plan } = detail;
  return (
    <Stack maw={980}>
      <RunHeader run={run} />
      <Progress detail={detail} />
      {run.state === "stopped" && <DecisionForm run={run} />}
      {plan.map((step, index) => (
        <StepCard
          key={step.name}
          run={run}
          step={step}
          number={index + 1}
          attempts={steps.filter((stepRun) => stepRun.step === step.name)}
        />
      ))}
      {run.endedAt === null && <AbortForm run={run} />}
      <div>
        <Text c="dimmed" mb={4}>
          Follow it from a terminal:
        </Text>
        <CopyCommand command={assayCommand("runbook", "follow", run.id)} />
      </div>
    </Stack>
  );
}

/** Where each step stands, in one look, each leading to its step. */
function Progress({ detail: { run, steps, plan } }: { readonly detail: RunDetailView }) {
  return (
    <Group component="nav" aria-label="Steps" gap="xs">
      {plan.map((step, index) => {
        const { tone, word } = standing(
          run,
          step,
          steps.findLast((stepRun) => stepRun.step === step.name),
        );
        return (
          <Anchor key={step.name} href={`#${step.name}`} underline="hover" fz="sm" title={step.title}>
            <StateMark tone={tone} word={`${index + 1} ${word}`} strong={run.cursor === step.name} />
          </Anchor>
        );
      })}
    </Group>
  );
}

function standing(
  run: RunView,
  step: PlannedStepView,
  last: StepRunView | undefined,
): { readonly tone: Tone; readonly word: string } {
  if (last?.verdict != null) return { tone: VERDICT_TONES[last.verdict], word: last.verdict };
  if (last !== undefined) {
    const waits = last.state !== "running";
    return { tone: waits ? "warning" : "info", word: last.state.replaceAll("_", " ") };
  }
  if (step.isSkipped) return { tone: "neutral", word: "left out" };
  return { tone: "neutral", word: run.endedAt === null ? "to do" : "not run" };
}

function RunHeader({ run }: { readonly run: RunView }) {
  return (
    <div>
      <Group justify="space-between">
        <PageTitle>{run.runbook.title}</PageTitle>
        <Group gap="md" role="status" aria-live="polite">
          <StateMark tone={RUN_TONES[run.state]} word={run.state.replaceAll("_", " ")} strong />
          {run.verdict !== null && <StateMark tone={VERDICT_TONES[run.verdict]} word={run.verdict} strong />}
        </Group>
      </Group>
      <Text c="dimmed">
        Version {run.runbook.version} in {run.environment}, started by {run.startedBy.name}, <Time at={run.startedAt} />
        {run.incidentId !== null && (
          <>
            , for{" "}
            <Anchor component={Link} to={`/incidents/${run.incidentId}`} underline="always" inherit>
              its incident
            </Anchor>
          </>
        )}
        {" · "}
        <Anchor href={`/api/runs/${run.id}/transcript`} download={`run-${run.id}.md`} underline="always" inherit>
          transcript
        </Anchor>
      </Text>
      {run.reason !== null && <Text>{run.reason}</Text>}
    </div>
  );
}

interface StepCardProps {
  readonly run: RunView;
  readonly step: PlannedStepView;
  readonly number: number;
  readonly attempts: readonly StepRunView[];
}

function StepCard({ run, step, number, attempts }: StepCardProps) {
  const current = run.cursor === step.name;
  const last = attempts.at(-1);
  return (
    <Card
      withBorder
      component="section"
      aria-labelledby={step.name}
      aria-current={current ? "step" : undefined}
      style={current ? { borderWidth: 3, borderColor: "var(--mantine-primary-color-filled)" } : undefined}
    >
      <Stack gap="sm">
        <StepPlan step={step} number={number} />
        {attempts.map((attempt) => (
          <StepAttempt key={attempt.id} attempt={attempt} />
        ))}
        {current && last?.state === "waiting_for_person" && <StepSignForm run={run} step={step} />}
        {current && last?.state === "waiting_for_approval" && last.approvalId !== null && (
          <StepApproval id={last.approvalId} />
        )}
      </Stack>
    </Card>
  );
}

function StepApproval({ id }: { readonly id: string }) {
  const approval = useQuery(approvalQuery(id));
  return (
    <Awaited of={approval} what="the request">
      {(found) => <ApprovalCard approval={found} />}
    </Awaited>
  );
}

const DECISIONS = { retry: "Try the step again", skip: "Go on without it", rollback: "Undo it" } as const;

function DecisionForm({ run }: { readonly run: RunView }) {
  const [note, setNote] = useState("");
  const queries = useQueryClient();
  const choose = useMutation({
    mutationFn: (decision: keyof typeof DECISIONS) => decide(run.id, decision, note),
    onSettled: () => queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  return (
    <Alert color="orange" title="The run has stopped and waits for a decision">
      <Stack>
        <Textarea label="Note" autosize value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Group>
          {run.offers.map((offer) => (
            <Button key={offer} variant="default" disabled={choose.isPending} onClick={() => choose.mutate(offer)}>
              {DECISIONS[offer]}
            </Button>
          ))}
        </Group>
        <ProblemNotice error={choose.error} />
      </Stack>
    </Alert>
  );
}

function AbortForm({ run }: { readonly run: RunView }) {
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const abort = useMutation({
    mutationFn: () => abortRun(run.id, reason),
    onSettled: () => queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  return (
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
      <ProblemNotice error={abort.error} />
    </Group>
  );
}
