import type { CalledPage as Called } from "@assay/operations/api/schema/on-call";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { SEVERITY_TONES } from "./alerts-api.ts";
import { type Change, calledPageQuery, commandOf, send } from "./on-call-api.ts";
import { CalledState } from "./on-call-page.tsx";

const CHOICES = [
  { value: "15", label: "15 minutes" },
  { value: "30", label: "30 minutes" },
  { value: "60", label: "1 hour" },
  { value: "240", label: "4 hours" },
  { value: "480", label: "8 hours" },
];

/** Where the link in a page leads: what it is about, who else was called, and the answer. */
export function CalledPage() {
  const { id } = useParams({ from: "/on-call/pages/$id" });
  const page = useQuery(calledPageQuery(id));
  return (
    <Awaited of={page} what="the page">
      {(found) => <View page={found} />}
    </Awaited>
  );
}

function View({ page }: { readonly page: Called }) {
  return (
    <Stack maw={760}>
      <PageTitle>{page.title}</PageTitle>
      <Card withBorder>
        <Stack gap="xs">
          <Group gap="md" role="status">
            <StateMark tone={SEVERITY_TONES[page.severity]} word={page.severity} strong />
            <StateMark tone={page.state === "calling" ? "high" : "good"} word={page.state} strong />
          </Group>
          <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{page.text}</Text>
          <Text size="sm">
            Called since <Time at={page.startedAt} />
            {page.round > 1 && `, for the ${page.round}. time from the top`}, by the policy {page.policy.title}.
          </Text>
          <CalledState page={page} />
          <Anchor href={page.url} underline="always">
            What it is about
          </Anchor>
        </Stack>
      </Card>
      {page.state !== "ended" && <AnswerForm page={page} />}
    </Stack>
  );
}

function AnswerForm({ page }: { readonly page: Called }) {
  const [minutes, setMinutes] = useState("30");
  const [note, setNote] = useState("");
  const queries = useQueryClient();
  const path = `/api/on-call/pages/${page.id}/acknowledge`;
  const change: Change = { method: "POST", path, body: { minutes: Number(minutes), note } };
  const take = useMutation({
    mutationFn: () => send(change),
    onSettled: () =>
      Promise.all(["on-call", "alerts", "incidents"].map((topic) => queries.invalidateQueries({ queryKey: [topic] }))),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <Card withBorder component="form" aria-label="Answer" onSubmit={submit}>
      <Stack gap="sm">
        <Group align="flex-end">
          <Select
            label="Quiet for"
            description="Then it calls again."
            data={CHOICES}
            value={minutes}
            allowDeselect={false}
            onChange={(value) => setMinutes(value ?? "30")}
            w={160}
          />
          <TextInput
            label="Note"
            maxLength={2_000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            style={{ flex: "1 1 200px" }}
          />
          <Button type="submit" loading={take.isPending}>
            Acknowledge: I am on it
          </Button>
        </Group>
        <ProblemNotice error={take.error} />
        <CopyCommand command={commandOf(change)} />
      </Stack>
    </Card>
  );
}
