import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Box, Card, Group, Stack, Text, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApprovalCard } from "./approval-card.tsx";
import { approvalQuery } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";
import { useDeepLink } from "./deep-link.ts";
import { AbortForm, RunControls } from "./run-controls.tsx";
import { RunProgress, standing } from "./run-progress.tsx";
import {
  type PlannedStepView,
  RUN_TONES,
  type RunDetailView,
  type RunView,
  runQuery,
  type StepRunView,
  VERDICT_TONES,
} from "./runbooks-api.ts";
import { StepAttempt } from "./step-attempt.tsx";
import { StepHeading, StepPlan } from "./step-plan.tsx";
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
      <RunProgress detail={detail} />
      <NextStep detail={detail} />
      <RunControls run={run} />
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

function RunHeader({ run }: { readonly run: RunView }) {
  return (
    <div>
      <Group justify="space-between">
        <PageTitle>{run.runbook.title}</PageTitle>
        <Group gap="md" role="status" aria-live="polite">
          <StateMark tone={RUN_TONES[run.state]} word={run.state.replaceAll("_", " ")} strong />
          {run.endedAt !== null && run.verdict !== null && (
            <StateMark tone={VERDICT_TONES[run.verdict]} word={run.verdict} strong />
          )}
        </Group>
      </Group>
      <Text c="dimmed">
        <Anchor
          renderRoot={(props) => (
            <Link
              {...props}
              to="/runbooks/$id"
              params={{ id: run.runbook.id }}
              search={{ system: run.system, version: run.runbook.sha256 }}
            />
          )}
          underline="always"
          inherit
        >
          Version {run.runbook.version}
        </Anchor>{" "}
        in {run.environment}, started by {run.startedBy.name}, <Time at={run.startedAt} />
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
        {" · "}
        <Anchor href={`/api/runs/${run.id}/transcript.json`} download={`run-${run.id}.json`} underline="always" inherit>
          with digests
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
  const current = run.cursor === step.name && run.endedAt === null;
  const last = attempts.at(-1);
  const over = !current && (last?.verdict === "passed" || last?.verdict === "skipped");
  const record = (
    <Stack gap="sm">
      <StepPlan step={step} tried={attempts.length > 0} />
      {attempts.filter(isTelling).map((attempt) => (
        <StepAttempt key={attempt.id} attempt={attempt} isManual={step.kind === "manual"} />
      ))}
    </Stack>
  );
  return (
    <Card
      withBorder
      component="section"
      padding={over ? "sm" : "md"}
      aria-labelledby={step.name}
      aria-current={current ? "step" : undefined}
      style={current ? { borderWidth: 2, borderColor: "var(--mantine-primary-color-filled)" } : undefined}
    >
      <Stack gap="sm">
        <StepHeading step={step} number={number} standing={standing(run, step, last)} />
        {over ? <Record step={step}>{record}</Record> : record}
        {current && last?.state === "waiting_for_person" && <StepSignForm run={run} step={step} />}
        {current && last?.state === "waiting_for_approval" && last.approvalId !== null && (
          <StepApproval id={last.approvalId} />
        )}
      </Stack>
    </Card>
  );
}

// While somebody is waited for, the form below says all there is.
function isTelling({ state, output }: StepRunView): boolean {
  return state === "running" || state === "done" || output !== "";
}

/** What is over stays out of the way, and within reach. */
function Record({ step, children }: { readonly step: PlannedStepView; readonly children: ReactNode }) {
  return (
    <details>
      <summary>
        <Text span>What ran and what was seen</Text>
        <VisuallyHidden> in step {step.title}</VisuallyHidden>
      </summary>
      <Box mt="sm">{children}</Box>
    </details>
  );
}

/** The one thing to do now, when it is a person's turn. */
function NextStep({ detail: { run, plan } }: { readonly detail: RunDetailView }) {
  const index = plan.findIndex(({ name }) => name === run.cursor);
  const step = plan[index];
  if (step === undefined || !run.state.startsWith("waiting_")) return null;
  const wants = run.state === "waiting_for_approval" ? "waits for signatures" : "waits for a person";
  return (
    <Notice tone="warning" title={`Step ${index + 1} ${wants}`}>
      <Anchor href={`#${step.name}`} underline="always" inherit>
        {step.title}
      </Anchor>
    </Notice>
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
