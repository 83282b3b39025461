import type { Schedule, ShiftView } from "@assay/operations/api/schema/on-call";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Card, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Change, colleaguesQuery, commandOf, send, useRefreshOnCall, wallWords } from "./on-call-api.ts";
import { useSession } from "./session-api.ts";

const HOURS = ["1", "2", "4", "8", "12", "24", "72", "168"];
const HOUR_MS = 3_600_000;

interface OverrideFormProps {
  readonly schedule: Pick<Schedule, "id" | "timeZone">;
  /** The shift to take; undefined: from now for some hours. */
  readonly shift: ShiftView | undefined;
  /** It was taken, or it shall be from now after all. */
  readonly onDone: () => void;
}

/** "Take this shift": a person is on call by hand until a stated end; whoever fills it in is proposed. */
export function OverrideForm({ schedule, shift, onDone }: OverrideFormProps) {
  const me = useSession()?.person;
  const people = useQuery(colleaguesQuery);
  const refresh = useRefreshOnCall();
  const [chosen, setChosen] = useState<string | null>(null);
  const [hours, setHours] = useState("8");
  const [reason, setReason] = useState("");
  const person = chosen ?? me?.id ?? "";
  const change = (): Change => {
    const to = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString().replace(/\.\d+/, "");
    const times = shift === undefined ? { to } : { from: shift.from, to: shift.to };
    const path = `/api/on-call/schedules/${schedule.id}/overrides`;
    return { method: "POST", path, body: { person, ...times, reason: reason || "…" } };
  };
  const take = useMutation({
    mutationFn: () => send(change()),
    onSuccess: async () => {
      setReason("");
      onDone();
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
        {shift !== undefined && (
          <Group gap="sm" role="status">
            <Text size="sm">
              From {wallWords(shift.from, schedule.timeZone)} until {wallWords(shift.to, schedule.timeZone)}{" "}
              {schedule.timeZone}
            </Text>
            <Button type="button" size="compact-xs" variant="default" onClick={onDone}>
              From now instead
            </Button>
          </Group>
        )}
        <Group align="flex-end">
          <Select
            label="Who"
            data={people.data ?? []}
            value={person}
            allowDeselect={false}
            onChange={(value) => setChosen(value)}
            w={200}
          />
          {shift === undefined && (
            <Select
              label="From now, for hours"
              data={HOURS}
              value={hours}
              allowDeselect={false}
              onChange={(value) => setHours(value ?? "8")}
              w={150}
            />
          )}
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
