import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import {
  Alert,
  Anchor,
  Button,
  Card,
  Checkbox,
  Code,
  Group,
  List,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApprovalCard } from "./approval-card.tsx";
import { approvalQuery } from "./approvals-api.ts";
import {
  abortRun,
  decide,
  type PlannedStepView,
  RUN_TONES,
  type RunDetailView,
  runQuery,
  type StepRunView,
  signStep,
  VERDICT_TONES,
} from "./runbooks-api.ts";
import { StepPlan } from "./step-plan.tsx";

type Run = RunDetailView["run"];

/** A run as it happens: every step with what ran, what was seen, and what it waits for. */
export function RunPage() {
  const { id } = useParams({ from: "/runs/$id" });
  const { data: detail, error } = useQuery(runQuery(id));
  if (detail === undefined) return <ProblemNotice error={error} />;
  const { run, steps, plan } = detail;
  return (
    <Stack maw={980}>
      <RunHeader run={run} />
      <ProblemNotice error={error} />
      {run.state === "stopped" && <DecisionForm run={run} />}
      {plan.map((step) => (
        <StepCard
          key={step.name}
          run={run}
          step={step}
          attempts={steps.filter((stepRun) => stepRun.step === step.name)}
        />
      ))}
      {run.endedAt === null && <AbortForm run={run} />}
    </Stack>
  );
}

function RunHeader({ run }: { readonly run: Run }) {
  return (
    <div>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {run.runbook.title}
        </Title>
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
  readonly run: Run;
  readonly step: PlannedStepView;
  readonly attempts: readonly StepRunView[];
}

function StepCard({ run, step, attempts }: StepCardProps) {
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
        <StepPlan step={step} />
        {attempts.map((attempt) => (
          <Attempt key={attempt.id} attempt={attempt} />
        ))}
        {current && last?.state === "waiting_for_person" && <SignForm run={run} step={step} />}
        {current && last?.state === "waiting_for_approval" && last.approvalId !== null && (
          <StepApproval id={last.approvalId} />
        )}
      </Stack>
    </Card>
  );
}

function Attempt({ attempt }: { readonly attempt: StepRunView }) {
  return (
    <Card withBorder bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-8))" padding="sm">
      <Stack gap={6}>
        <Group justify="space-between">
          {attempt.verdict === null ? (
            <StateMark tone="info" word={attempt.state.replaceAll("_", " ")} strong />
          ) : (
            <StateMark tone={VERDICT_TONES[attempt.verdict]} word={attempt.verdict} strong />
          )}
          <Text size="sm" c="dimmed">
            {attempt.attempt > 1 ? `Attempt ${attempt.attempt}, ` : ""}
            <Time at={attempt.startedAt} />
          </Text>
        </Group>
        {attempt.command !== "" && (
          <Code block tabIndex={0}>
            {attempt.command}
          </Code>
        )}
        {attempt.expectations.length > 0 && (
          <List size="sm" listStyleType="none">
            {attempt.expectations.map((expectation) => (
              <List.Item key={expectation.text}>
                <StateMark tone={VERDICT_TONES[expectation.verdict]} word={expectation.verdict} /> {expectation.text}
                {expectation.verdict !== "passed" && (
                  <>; seen: {expectation.reason ?? JSON.stringify(expectation.observed)}</>
                )}
              </List.Item>
            ))}
          </List>
        )}
        {attempt.output !== "" && (
          <details>
            <summary>Output{attempt.truncated ? ", cut" : ""}</summary>
            <Code block tabIndex={0} mah={320} style={{ overflow: "auto" }}>
              {attempt.output}
            </Code>
            <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }}>
              sha256 {attempt.outputSha256}
            </Text>
          </details>
        )}
        {attempt.signedBy !== null && <Text size="sm">Signed by {attempt.signedBy.name}</Text>}
        {attempt.note !== null && <Text size="sm">Note: {attempt.note}</Text>}
        {attempt.reason !== null && <Text size="sm">{attempt.reason}</Text>}
      </Stack>
    </Card>
  );
}

/** A list that a person goes through, or an action that one person may sign. */
function SignForm({ run, step }: { readonly run: Run; readonly step: PlannedStepView }) {
  const [done, setDone] = useState<readonly boolean[]>(step.items.map(() => false));
  const [notes, setNotes] = useState<readonly string[]>(step.items.map(() => ""));
  const [totp, setTotp] = useState("");
  const queries = useQueryClient();
  const isAction = step.kind === "action";
  const sign = useMutation({
    mutationFn: () =>
      signStep(run.id, step.name, {
        items: step.items.map((_, index) => ({
          done: done[index] ?? false,
          ...(notes[index] ? { note: notes[index] } : {}),
        })),
        ...(isAction ? { totp } : {}),
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sign.mutate();
  };
  const ready = isAction
    ? totp !== ""
    : step.items.every((item, index) => done[index] && (!item.noteRequired || (notes[index] ?? "").trim() !== ""));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {step.items.map((item, index) => (
          <Group key={item.text} align="flex-end">
            <Checkbox
              label={item.text}
              checked={done[index] ?? false}
              onChange={(event) => setDone(done.with(index, event.currentTarget.checked))}
            />
            {item.noteRequired && (
              <TextInput
                label="Note"
                value={notes[index] ?? ""}
                onChange={(event) => setNotes(notes.with(index, event.currentTarget.value))}
                style={{ flex: 1 }}
              />
            )}
          </Group>
        ))}
        {isAction && (
          <TextInput
            label="Six-digit code"
            inputMode="numeric"
            autoComplete="one-time-code"
            maw={220}
            value={totp}
            onChange={(event) => setTotp(event.currentTarget.value.trim())}
          />
        )}
        <ProblemNotice error={sign.error} />
        <Button
          type="submit"
          w="fit-content"
          color={isAction ? "red.9" : "assay"}
          disabled={!ready}
          loading={sign.isPending}
        >
          {isAction ? "Sign and do it" : "Sign"}
        </Button>
      </Stack>
    </form>
  );
}

function StepApproval({ id }: { readonly id: string }) {
  const { data: approval, error } = useQuery(approvalQuery(id));
  return approval === undefined ? <ProblemNotice error={error} /> : <ApprovalCard approval={approval} />;
}

const DECISIONS = { retry: "Try the step again", skip: "Go on without it", rollback: "Undo it" } as const;

function DecisionForm({ run }: { readonly run: Run }) {
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

function AbortForm({ run }: { readonly run: Run }) {
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
