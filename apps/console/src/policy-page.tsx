import type { EscalationPolicy, EscalationStep, EscalationTarget } from "@assay/operations/api/schema/on-call";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Card, Group, MultiSelect, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { colleaguesQuery, onCallQuery, policiesQuery, send, useRefreshOnCall } from "./on-call-api.ts";
import { policyWords } from "./policy-words.ts";

const MINUTE_MS = 60_000;
const ROLES = ["operator", "approver", "compliance", "auditor", "admin", "viewer"];

/** One escalation policy: who is told, after how long without an answer. */
export function PolicyPage() {
  const { id } = useParams({ from: "/on-call/policies/$id" });
  const policies = useQuery(policiesQuery);
  const [saved, setSaved] = useState<number>();
  return (
    <Awaited of={policies} what="the policy">
      {(found) => {
        const policy = found.find((one) => one.id === id);
        if (policy !== undefined)
          return (
            <PolicyForm
              key={policy.version}
              policy={policy}
              isSaved={saved === policy.version}
              onSaved={() => setSaved(policy.version + 1)}
            />
          );
        return (
          <Stack>
            <PageTitle>Nothing here</PageTitle>
            <Text>There is no escalation policy {id}.</Text>
          </Stack>
        );
      }}
    </Awaited>
  );
}

interface PolicyFormProps {
  readonly policy: EscalationPolicy;
  /** It is what was just written. */
  readonly isSaved: boolean;
  readonly onSaved: () => void;
}

function PolicyForm({ policy, isSaved, onSaved }: PolicyFormProps) {
  const [steps, setSteps] = useState<readonly EscalationStep[]>(policy.steps);
  const [remind, setRemind] = useState(minutes(policy.remindAfterMs ?? 0));
  const [repeat, setRepeat] = useState(minutes(policy.repeatAfterMs));
  const refresh = useRefreshOnCall();
  const { id, version, ...same } = policy;
  const save = useMutation({
    mutationFn: () => {
      const remindAfterMs = remind === 0 ? null : remind * MINUTE_MS;
      const changed = { ...same, steps, remindAfterMs, repeatAfterMs: repeat * MINUTE_MS };
      return send({ method: "PUT", path: `/api/on-call/policies/${id}`, body: { version, policy: changed } });
    },
    onSuccess: async () => {
      onSaved();
      await refresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const change = (index: number, changed: Partial<EscalationStep>) =>
    setSteps(steps.map((step, place) => (place === index ? { ...step, ...changed } : step)));
  const last = steps.at(-1);
  const add = () =>
    setSteps([
      ...steps,
      { title: `L${steps.length}`, afterMs: (last?.afterMs ?? 0) + 30 * MINUTE_MS, targets: [{ kind: "everyone" }] },
    ]);
  return (
    <Stack maw={900} component="form" onSubmit={submit} aria-label={policy.title}>
      <div>
        <PageTitle>{policy.title}</PageTitle>
        <Text c="dimmed">{policyWords(policy)}</Text>
      </div>
      {steps.map((step, index) => (
        <StepFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          key={index}
          step={step}
          isFirst={index === 0}
          onChange={(changed) => change(index, changed)}
          onRemove={steps.length > 1 && index > 0 ? () => setSteps(steps.filter((other) => other !== step)) : undefined}
        />
      ))}
      <Group align="flex-end">
        <NumberInput
          label="Tell again after minutes (0: never)"
          min={0}
          max={1_440}
          value={remind}
          onChange={(value) => setRemind(Number(value))}
        />
        <NumberInput
          label="From the top, minutes after the last step"
          min={5}
          max={1_440}
          value={repeat}
          onChange={(value) => setRepeat(Number(value))}
        />
      </Group>
      <ProblemNotice error={save.error} />
      {isSaved && <Notice tone="good" role="status" title="Saved" />}
      <Group>
        <Button type="button" variant="default" disabled={steps.length >= 10} onClick={add}>
          Add a step
        </Button>
        <Button type="submit" loading={save.isPending}>
          Save the policy
        </Button>
      </Group>
    </Stack>
  );
}

function minutes(ms: number): number {
  return Math.round(ms / MINUTE_MS);
}

interface StepFieldsProps {
  readonly step: EscalationStep;
  readonly isFirst: boolean;
  readonly onChange: (changed: Partial<EscalationStep>) => void;
  readonly onRemove: (() => void) | undefined;
}

function StepFields({ step, isFirst, onChange, onRemove }: StepFieldsProps) {
  const choices = useTargets(step.targets);
  return (
    <Card withBorder component="fieldset" padding="sm" m={0}>
      <Text component="legend" fw={650} px={4}>
        {step.title || "A step"}
      </Text>
      <Stack gap="sm">
        <Group align="flex-end">
          <TextInput
            label="Called"
            required
            maxLength={60}
            value={step.title}
            onChange={(event) => onChange({ title: event.currentTarget.value })}
          />
          <NumberInput
            label="After minutes without an answer"
            min={0}
            max={1_440}
            disabled={isFirst}
            value={minutes(step.afterMs)}
            onChange={(value) => onChange({ afterMs: Number(value) * MINUTE_MS })}
          />
        </Group>
        <MultiSelect
          label="Tells"
          searchable
          maxValues={10}
          data={choices}
          value={step.targets.map(keyOf)}
          onChange={(keys) => onChange({ targets: keys.map(targetOf) })}
        />
        {onRemove !== undefined && (
          <Button type="button" variant="default" size="xs" w="fit-content" onClick={onRemove}>
            Remove {step.title}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

/** Everything that a step can tell, with what it tells already. */
function useTargets(chosen: readonly EscalationTarget[]) {
  const { data: people = [] } = useQuery(colleaguesQuery);
  const { data: onCall } = useQuery(onCallQuery);
  const schedules = (onCall?.schedules ?? []).flatMap(({ id, title }) => [
    { value: `on-call:${id}`, label: `On call: ${title}` },
    { value: `next-on-call:${id}`, label: `Next on call: ${title}` },
  ]);
  const roles = ROLES.map((role) => ({ value: `role:${role}`, label: `Every ${role}` }));
  const persons = people.map(({ value, label }) => ({ value: `person:${value}`, label }));
  const known = [...schedules, { value: "everyone:", label: "Everyone" }, ...roles, ...persons];
  const others = chosen.map(keyOf).filter((key) => !known.some(({ value }) => value === key));
  return [...known, ...others.map((key) => ({ value: key, label: key }))];
}

function keyOf(target: EscalationTarget): string {
  const { kind } = target;
  if (kind === "on-call" || kind === "next-on-call") return `${kind}:${target.schedule}`;
  if (kind === "person") return `${kind}:${target.person}`;
  if (kind === "role") return `${kind}:${target.role}`;
  return kind === "channel" ? `${kind}:${target.channel}` : "everyone:";
}

function targetOf(key: string): EscalationTarget {
  const at = key.indexOf(":");
  const [kind, id] = [key.slice(0, at), key.slice(at + 1)];
  if (kind === "on-call" || kind === "next-on-call") return { kind, schedule: id };
  if (kind === "person") return { kind, person: id };
  if (kind === "role") return { kind, role: id as Extract<EscalationTarget, { kind: "role" }>["role"] };
  return kind === "channel" ? { kind, channel: id } : { kind: "everyone" };
}
