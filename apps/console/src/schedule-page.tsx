import type { OverrideView, ScheduleDetail, ShiftView } from "@assay/operations/api/schema/on-call";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { onCallTone, scheduleQuery, send, useRefreshOnCall, wallWords } from "./on-call-api.ts";
import { OverrideForm } from "./override-form.tsx";
import { ScheduleEditor } from "./schedule-editor.tsx";
import { ScheduleTimeline } from "./schedule-timeline.tsx";

/** One schedule: who is on call, the next two weeks, who takes over by hand, and the rotations behind it. */
export function SchedulePage() {
  const { id } = useParams({ from: "/on-call/schedules/$id" });
  const detail = useQuery(scheduleQuery(id));
  return (
    <Awaited of={detail} what="the schedule">
      {(found) => <ScheduleView detail={found} />}
    </Awaited>
  );
}

function ScheduleView({ detail }: { readonly detail: ScheduleDetail }) {
  const { schedule, now, shifts, overrides } = detail;
  const { timeZone } = schedule;
  const [wanted, setWanted] = useState<ShiftView>();
  return (
    <Stack maw={1100}>
      <div>
        <PageTitle>{schedule.title}</PageTitle>
        <Text role="status">
          On call: <StateMark tone={onCallTone(now)} word={now.person?.name ?? "nobody: a gap"} strong />
          {now.until !== null && (
            <>
              {" "}
              until {wallWords(now.until, timeZone)} {timeZone} (<Countdown until={now.until} />)
            </>
          )}
          {now.next !== null && <>, then {now.next.name}</>}
        </Text>
      </div>
      {shifts.some(({ source }) => source === "gap") && (
        <Notice tone="critical" title="There are gaps in these two weeks">
          In a gap nobody is on call, so a page calls everyone.
        </Notice>
      )}
      <ScheduleTimeline shifts={shifts} timeZone={timeZone} onTake={setWanted} />
      <section aria-labelledby="overrides">
        <Title order={2} size="h4" id="overrides" mb="xs">
          By hand
        </Title>
        <Stack>
          {overrides.length === 0 && <Text>Nobody takes over by hand.</Text>}
          {overrides.map((override) => (
            <OverrideRow key={override.id} override={override} timeZone={timeZone} />
          ))}
          <OverrideForm schedule={schedule} shift={wanted} onDone={() => setWanted(undefined)} />
        </Stack>
      </section>
      <ScheduleEditor key={schedule.version} schedule={schedule} />
    </Stack>
  );
}

function OverrideRow({ override, timeZone }: { readonly override: OverrideView; readonly timeZone: string }) {
  const refresh = useRefreshOnCall();
  const { id, person, from, to, by, reason } = override;
  const end = useMutation({
    mutationFn: () => send({ method: "DELETE", path: `/api/on-call/overrides/${id}` }),
    onSettled: refresh,
  });
  return (
    <Card withBorder padding="sm" component="article" aria-label={`Override: ${person.name}`}>
      <ProblemNotice error={end.error} />
      <Group justify="space-between">
        <Text style={{ flex: "1 1 260px", overflowWrap: "anywhere" }}>
          <b>{person.name}</b> from {wallWords(from, timeZone)} until {wallWords(to, timeZone)} (
          <Countdown until={to} />
          ). {by.name}: {reason}
        </Text>
        <Button size="xs" variant="default" loading={end.isPending} onClick={() => end.mutate()}>
          End {person.name}’s override
        </Button>
      </Group>
    </Card>
  );
}
