import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Anchor, Button, Card, Group, Stack, Text, TextInput } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { assayCommand, paramWords } from "./command-line.ts";
import { useDeepLink } from "./deep-link.ts";
import { Prose } from "./prose.tsx";
import { type Params, planQuery, type RunbookView, runbookQuery, startRun } from "./runbooks-api.ts";
import { Runs } from "./runs-table.tsx";
import { StepHeading, StepPlan } from "./step-plan.tsx";

/** A runbook as it reads, step by step with the exact commands, and the form that starts it. */
export function RunbookPage() {
  const { id } = useParams({ from: "/runbooks/$id" });
  const { incident, system, version } = useSearch({ from: "/runbooks/$id" });
  const runbook = useQuery(runbookQuery(id, { system, version }));
  useDeepLink(runbook.data !== undefined);
  return (
    <Awaited of={runbook} what="the runbook">
      {(found) => <Runbook runbook={found} incident={incident} />}
    </Awaited>
  );
}

interface RunbookProps {
  readonly runbook: RunbookView;
  readonly incident: string | undefined;
}

function Runbook({ runbook, incident }: RunbookProps) {
  const [params, setParams] = useState<Params>({});
  // What is typed is shown in each command before anything runs; the last good plan stays while the next one loads.
  const planned = useQuery({
    ...planQuery(runbook.id, runbook.system, params),
    enabled: Object.keys(params).length > 0 && runbook.isCurrent,
    placeholderData: keepPreviousData,
  });
  const plan = Object.keys(params).length === 0 ? runbook.plan : (planned.data ?? runbook.plan);
  return (
    <Stack maw={980}>
      <div>
        <PageTitle>{runbook.title}</PageTitle>
        <Text c="dimmed">
          {runbook.system} · version {runbook.version} · {runbook.severity ?? "no severity"} · text{" "}
          <Text span ff="monospace" inherit>
            {runbook.sha256.slice(0, 12)}
          </Text>
          {runbook.alerts.length > 0 && <> · answers {runbook.alerts.join(", ")}</>}
        </Text>
      </div>
      <Prose text={introduction(runbook.markdown)} />
      <Problems runbook={runbook} />
      {runbook.isCurrent ? (
        <StartForm runbook={runbook} incidentId={incident} onParams={setParams} />
      ) : (
        <Notice tone="unknown" title="This is not the text in force">
          <Anchor
            renderRoot={(props) => (
              <Link {...props} to="/runbooks/$id" params={{ id: runbook.id }} search={{ system: runbook.system }} />
            )}
            underline="always"
            inherit
          >
            Read the current one
          </Anchor>
        </Notice>
      )}
      <ProblemNotice error={planned.error} />
      <nav aria-label="Steps">
        <Group gap="md">
          {plan.map((step, index) => (
            <Anchor key={step.name} href={`#${step.name}`} underline="always" size="sm">
              {index + 1}. {step.title}
            </Anchor>
          ))}
        </Group>
      </nav>
      {plan.map((step, index) => (
        <Card key={step.name} withBorder component="section" aria-labelledby={step.name}>
          <Stack gap="sm">
            <StepHeading step={step} number={index + 1} />
            <StepPlan step={step} />
          </Stack>
        </Card>
      ))}
      <Runs filter={{ runbook: runbook.id }} />
    </Stack>
  );
}

/** What stands between the front matter and the first step: when to run it. */
function introduction(markdown: string): string {
  const [, , ...body] = markdown.split(/^---$/m);
  return (
    body
      .join("---")
      .split(/^## /m)[0]
      ?.replace(/^# .*$/m, "")
      .trim() ?? ""
  );
}

function Problems({ runbook }: { readonly runbook: RunbookView }) {
  if (runbook.found.length === 0) return null;
  const runs = mayRun(runbook);
  return (
    <Notice
      tone={runs ? "warning" : "critical"}
      title={runs ? "Know this before you run it" : "This text does not run until it is mended"}
    >
      {runbook.found.map(({ line, rule, message }) => (
        <Text key={`${line} ${rule} ${message}`} size="sm">
          Line {line}: {message} ({rule})
        </Text>
      ))}
    </Notice>
  );
}

function mayRun({ found }: RunbookView): boolean {
  return found.every(({ isWarning }) => isWarning);
}

interface StartFormProps {
  readonly runbook: RunbookView;
  readonly incidentId: string | undefined;
  /** Hears what is typed, for the preview. */
  readonly onParams: (params: Params) => void;
}

function StartForm({ runbook, incidentId, onParams }: StartFormProps) {
  const [values, setValues] = useState<Record<string, string>>({});
  const [environment, setEnvironment] = useState("");
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: () =>
      startRun(runbook.id, {
        system: runbook.system,
        params: readParams(runbook, values),
        environment,
        sha256: runbook.sha256,
        ...(incidentId === undefined ? {} : { incidentId }),
      }),
    onSuccess: (run) => navigate({ to: "/runs/$id", params: { id: run.id } }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  return (
    <Card withBorder component="section" aria-label="Start">
      <form onSubmit={submit}>
        <Group align="flex-end">
          {Object.entries(runbook.params).map(([name, parameter]) => (
            <TextInput
              key={name}
              label={name}
              description={parameter.description ?? parameter.choices?.join(" or ")}
              required={parameter.required}
              placeholder={parameter.default?.toString() ?? ""}
              value={values[name] ?? ""}
              onChange={(event) => {
                const typed = { ...values, [name]: event.currentTarget.value };
                setValues(typed);
                onParams(readParams(runbook, typed));
              }}
            />
          ))}
          <TextInput
            label={`Type where it runs: ${runbook.environment}`}
            autoComplete="off"
            value={environment}
            onChange={(event) => setEnvironment(event.currentTarget.value.trim())}
          />
          <Button
            type="submit"
            disabled={environment !== runbook.environment || !mayRun(runbook)}
            loading={start.isPending}
          >
            {incidentId === undefined ? "Run" : "Run for the incident"}
          </Button>
        </Group>
        <ProblemNotice error={start.error} />
        <Text c="dimmed" mt="sm" mb={4}>
          The same from a terminal:
        </Text>
        <CopyCommand
          command={assayCommand(
            "runbook",
            "run",
            runbook.id,
            ...["--environment", runbook.environment],
            ...paramWords(readParams(runbook, values)),
            ...(incidentId === undefined ? [] : ["--incident", incidentId]),
          )}
        />
      </form>
    </Card>
  );
}

function readParams(runbook: RunbookView, values: Readonly<Record<string, string>>): Params {
  const given = Object.entries(values).filter(([, value]) => value !== "");
  return Object.fromEntries(
    given.map(([name, value]) => {
      const type = runbook.params[name]?.type;
      if (type === "integer") return [name, Number(value)];
      return [name, type === "boolean" ? value === "true" : value];
    }),
  );
}
