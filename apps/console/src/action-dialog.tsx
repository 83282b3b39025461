import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { type Policy, performAction } from "./approvals-api.ts";
import { assayCommand, paramWords } from "./command-line.ts";
import { Dialog } from "./dialog.tsx";

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly description: string | undefined;
  readonly choices: readonly string[] | undefined;
  readonly required: boolean;
}

/** Asks for everything an action needs; the target must be typed, and no button is the default one. */
export function ActionDialog({ policy, onClose }: { readonly policy: Policy; readonly onClose: () => void }) {
  const parameters = parametersOf(policy);
  const [values, setValues] = useState<Record<string, string>>({});
  const [reason, setReason] = useState("");
  const [totp, setTotp] = useState("");
  const [target, setTarget] = useState("");
  const queries = useQueryClient();
  const params = readValues(parameters, values);
  const perform = useMutation({
    mutationFn: () =>
      performAction({ system: policy.system, action: policy.action, params, reason, ...(totp === "" ? {} : { totp }) }),
    onSettled: () => queries.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    perform.mutate();
  };
  const ready =
    target === policy.system &&
    reason.trim() !== "" &&
    totp !== "" &&
    parameters.every(({ name, required }) => !required || (values[name] ?? "") !== "");
  return (
    <Dialog opened onClose={onClose} title={policy.title} size="lg">
      {perform.data === undefined ? (
        <form onSubmit={submit}>
          <Stack>
            <Text fw={650} size="md">
              {sentenceOf(policy.sentence, values)}
            </Text>
            <Text>{policy.blastRadius}</Text>
            <Text size="sm">
              {policy.people === 1
                ? "One person is enough."
                : `${policy.people} people must agree: you and ${policy.people - 1} more.`}{" "}
              Undone by: {policy.undo}
            </Text>
            {parameters.map((parameter) => (
              <TextInput
                key={parameter.name}
                label={parameter.name.replaceAll("_", " ")}
                description={[parameter.description, parameter.choices?.join(" or ")].filter(Boolean).join(": ")}
                required={parameter.required}
                autoComplete="off"
                value={values[parameter.name] ?? ""}
                onChange={(event) => setValues({ ...values, [parameter.name]: event.currentTarget.value })}
              />
            ))}
            <Textarea
              label="Reason"
              description="Everyone who is paged reads it."
              required
              autosize
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Group grow align="flex-end">
              <TextInput
                label={`Type ${policy.system}`}
                autoComplete="off"
                value={target}
                onChange={(event) => setTarget(event.currentTarget.value.trim())}
              />
              <TextInput
                label="Six-digit code"
                inputMode="numeric"
                autoComplete="one-time-code"
                value={totp}
                onChange={(event) => setTotp(event.currentTarget.value.trim())}
              />
            </Group>
            <div>
              <Text c="dimmed" mb={4}>
                The same from a terminal:
              </Text>
              <CopyCommand
                command={assayCommand("action", policy.action, ...paramWords(params), "--reason", reason || "…")}
              />
            </div>
            <ProblemNotice error={perform.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Do nothing
              </Button>
              <Button type="submit" color="danger" disabled={!ready} loading={perform.isPending}>
                {policy.people === 1 ? policy.title : "Ask for it"}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Outcome outcome={perform.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Outcome({
  outcome,
  onClose,
}: {
  readonly outcome: Awaited<ReturnType<typeof performAction>>;
  readonly onClose: () => void;
}) {
  if ("approval_id" in outcome) {
    return (
      <Notice tone="warning" role="status" title={`Now somebody else must approve. Code ${outcome.code}`}>
        <Button component={Link} to={`/approvals/${outcome.approval_id}`} onClick={onClose}>
          See the request
        </Button>
      </Notice>
    );
  }
  const done = outcome.status === "executed";
  return (
    <Notice tone={done ? "good" : "critical"} role="status" title={done ? "Done" : "It was not done"}>
      <Text>{outcome.run.outcome?.code}</Text>
    </Notice>
  );
}

function parametersOf(policy: Policy): Parameter[] {
  const schema = policy.params as {
    properties?: Record<string, { type?: string; description?: string; enum?: string[] }>;
    required?: string[];
  };
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== "reason")
    .map(([name, { type, description, enum: choices }]) => ({
      name,
      type: type ?? "string",
      description,
      choices,
      required: schema.required?.includes(name) ?? false,
    }));
}

function readValues(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const given = parameters.filter(({ name }) => (values[name] ?? "") !== "");
  return Object.fromEntries(given.map(({ name, type }) => [name, readValue(type, values[name]!)]));
}

function readValue(type: string, text: string): unknown {
  if (type === "integer" || type === "number") return Number(text);
  return type === "boolean" ? text === "true" : text;
}

function sentenceOf(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => values[name] || place);
}
