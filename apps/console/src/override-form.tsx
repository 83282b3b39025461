import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Card, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Change, colleaguesQuery, commandOf, send, useRefreshOnCall } from "./on-call-api.ts";
import { useSession } from "./session-api.ts";

const HOURS = ["1", "2", "4", "8", "12", "24", "72", "168"];
const HOUR_MS = 3_600_000;

/** "Take this shift": a person is on call from now for some hours; whoever fills it in is proposed. */
export function OverrideForm({ scheduleId }: { readonly scheduleId: string }) {
  const me = useSession()?.person;
  const people = useQuery(colleaguesQuery);
  const refresh = useRefreshOnCall();
  const [chosen, setChosen] = useState<string | null>(null);
  const [hours, setHours] = useState("8");
  const [reason, setReason] = useState("");
  const person = chosen ?? me?.id ?? "";
  const change = (): Change => {
    const to = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString().replace(/\.\d+/, "");
    return {
      method: "POST",
      path: `/api/on-call/schedules/${scheduleId}/overrides`,
      body: { person, to, reason: reason || "…" },
    };
  };
  const take = useMutation({
    mutationFn: () => send(change()),
    onSuccess: async () => {
      setReason("");
      await refresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <Card withBorder component="form" aria-label="Take this shift" onSubmit={submit}>
      <Stack gap="sm">
        <Text fw={650}>Take this shift</Text>
        <Group align="flex-end">
          <Select
            label="Who"
            data={people.data ?? []}
            value={person}
            allowDeselect={false}
            onChange={(value) => setChosen(value)}
            w={200}
          />
          <Select
            label="From now, for hours"
            data={HOURS}
            value={hours}
            allowDeselect={false}
            onChange={(value) => setHours(value ?? "8")}
            w={150}
          />
          <TextInput
            label="Why"
            required
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            style={{ flex: "1 1 200px" }}
          />
          <Button type="submit" loading={take.isPending}>
            Take it
          </Button>
        </Group>
        <ProblemNotice error={take.error} />
        <CopyCommand command={commandOf(change())} />
      </Stack>
    </Card>
  );
}
