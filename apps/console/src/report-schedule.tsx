import type { OfferedReportView } from "@assay/operations/api/schema/reports";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { setSchedule } from "./reports-api.ts";

const NEVER = "never";

/** When the chosen report is made by itself. */
export function ScheduleForm({ report }: { readonly report: OfferedReportView }) {
  const { system, name, schedule } = report;
  const [every, setEvery] = useState<string>(schedule?.every ?? NEVER);
  const [at, setAt] = useState(schedule?.at ?? "06:00");
  const [timeZone, setTimeZone] = useState(schedule?.timeZone ?? "UTC");
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      setSchedule({
        system,
        name,
        schedule: every === NEVER ? null : { every: every as "day" | "week" | "month", at, timeZone },
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["reports"] }),
  });
  return (
    <details>
      <summary>
        {schedule === null
          ? "Made when somebody asks"
          : `Made by itself every ${schedule.every} at ${schedule.at} ${schedule.timeZone}`}
      </summary>
      <Group align="flex-end" mt="xs">
        <NativeSelect
          label="Make it every"
          value={every}
          onChange={(event) => setEvery(event.currentTarget.value)}
          data={[NEVER, "day", "week", "month"]}
        />
        <TextInput
          type="time"
          label="At"
          value={at}
          disabled={every === NEVER}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
        <TextInput
          label="Time zone"
          value={timeZone}
          disabled={every === NEVER}
          onChange={(event) => setTimeZone(event.currentTarget.value)}
        />
        <Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>
          Save the schedule
        </Button>
      </Group>
      {save.isSuccess && (
        <Text size="sm" role="status">
          Saved.
        </Text>
      )}
      <ProblemNotice error={save.error} />
    </details>
  );
}
