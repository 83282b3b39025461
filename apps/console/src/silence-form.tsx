import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { useNow } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, NativeSelect, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { curlCommand } from "./curl-command.ts";
import { createSilence, type Matcher, matcherWords } from "./quiet-api.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DURATIONS = [
  { value: "1", label: "1 hour" },
  { value: "4", label: "4 hours" },
  { value: "24", label: "1 day" },
  { value: "72", label: "3 days" },
  { value: "168", label: "7 days, the longest" },
];
const FIELDS = ["system", "name", "severity", "source"];
const OPERATORS = [
  { value: "is", label: "is" },
  { value: "is-not", label: "is not" },
  { value: "starts-with", label: "starts with" },
];

interface Row {
  readonly id: number;
  readonly field: string;
  readonly op: Matcher["op"];
  /** Values with commas between them. */
  readonly text: string;
}

interface SilenceFormProps {
  /** Of the alert that it is for. */
  readonly system: string | undefined;
  readonly name: string | undefined;
}

/** Which alerts are silenced, why, and until when; nothing is silenced without an end. */
export function SilenceForm({ system, name }: SilenceFormProps) {
  const [rows, setRows] = useState<readonly Row[]>(() => firstRows(system, name));
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState("1");
  const queries = useQueryClient();
  const matchers = rows.map(toMatcher);
  const now = useNow(5_000);
  const bodyAt = (from: number) => ({
    matchers,
    reason,
    endsAt: new Date(from + Number(hours) * HOUR_MS).toISOString(),
  });
  const create = useMutation({
    mutationFn: () => createSilence(bodyAt(Date.now())),
    onSuccess: () => setReason(""),
    onSettled: () => queries.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const change = (index: number, more: Partial<Row>) =>
    setRows(rows.map((row, place) => (place === index ? { ...row, ...more } : row)));
  const isComplete = matchers.every(({ values }) => values.length > 0) && reason.trim().length >= 3;
  return (
    <Card withBorder component="section" aria-labelledby="new-silence">
      <form onSubmit={submit}>
        <Stack>
          <Title order={3} size="h5" id="new-silence">
            Silence alerts
          </Title>
          {rows.map((row, index) => (
            <MatcherRow
              key={row.id}
              row={row}
              number={index + 1}
              onChange={(more) => change(index, more)}
              onRemove={rows.length === 1 ? undefined : () => setRows(rows.filter((_, place) => place !== index))}
            />
          ))}
          <Group>
            <Button
              size="xs"
              variant="default"
              disabled={rows.length >= 10}
              onClick={() => setRows([...rows, { id: rows.at(-1)!.id + 1, field: "severity", op: "is", text: "" }])}
            >
              And also…
            </Button>
            <Text size="sm">{isComplete ? `Silences what has ${matchers.map(matcherWords).join(" and ")}.` : ""}</Text>
          </Group>
          <Group align="flex-end">
            <Textarea
              label="Reason"
              description="At least three letters; everyone reads it."
              required
              autosize
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              style={{ flex: "1 1 260px" }}
            />
            <NativeSelect
              label="For"
              description="It ends by itself."
              data={DURATIONS}
              value={hours}
              onChange={(event) => setHours(event.currentTarget.value)}
            />
            <Button type="submit" disabled={!isComplete} loading={create.isPending}>
              Silence
            </Button>
          </Group>
          <CopyCommand
            command={curlCommand("POST", "/api/silences", bodyAt(Math.floor(now / MINUTE_MS) * MINUTE_MS))}
          />
          <ProblemNotice error={create.error} />
          {create.data !== undefined && (
            <Notice tone="good" role="status" title="Silenced">
              What it keeps quiet and still fires then is told when it ends.
            </Notice>
          )}
        </Stack>
      </form>
    </Card>
  );
}

interface MatcherRowProps {
  readonly row: Row;
  readonly number: number;
  readonly onChange: (more: Partial<Row>) => void;
  /** Undefined for the last one. */
  readonly onRemove: (() => void) | undefined;
}

function MatcherRow({ row, number, onChange, onRemove }: MatcherRowProps) {
  const isLabel = row.field.startsWith("label.");
  return (
    <Group align="flex-end" gap="xs" role="group" aria-label={`Condition ${number}`}>
      <NativeSelect
        label="What"
        data={[...FIELDS, { value: "label", label: "label" }]}
        value={isLabel ? "label" : row.field}
        onChange={(event) =>
          onChange({ field: event.currentTarget.value === "label" ? "label." : event.currentTarget.value })
        }
      />
      {isLabel && (
        <TextInput
          label="Label"
          required
          pattern="[a-zA-Z_][a-zA-Z0-9_]*"
          w={140}
          value={row.field.slice("label.".length)}
          onChange={(event) => onChange({ field: `label.${event.currentTarget.value.trim()}` })}
        />
      )}
      <NativeSelect
        label="How"
        data={OPERATORS}
        value={row.op}
        onChange={(event) => onChange({ op: event.currentTarget.value as Matcher["op"] })}
      />
      <TextInput
        label="Value"
        description="Several with commas between them."
        required
        autoComplete="off"
        value={row.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
        style={{ flex: "1 1 180px" }}
      />
      {onRemove !== undefined && (
        <Button size="xs" variant="default" onClick={onRemove} aria-label={`Remove condition ${number}`}>
          Remove
        </Button>
      )}
    </Group>
  );
}

function firstRows(system: string | undefined, name: string | undefined): readonly Row[] {
  const given = Object.entries({ system, name }).flatMap(([field, text]) =>
    text === undefined ? [] : [{ field, text }],
  );
  const rows = given.length === 0 ? [{ field: "name", text: "" }] : given;
  return rows.map((row, id) => ({ id, op: "is", ...row }));
}

function toMatcher({ field, op, text }: Row): Matcher {
  const values = text.split(",").map((value) => value.trim());
  return { field, op, values: values.filter((value) => value !== "") };
}
