import type { HeartbeatView } from "@assay/operations/api/schema/heartbeats";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Countdown, formatDuration, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, NumberInput, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { heartbeatsQuery, send, useRefreshOnCall } from "./on-call-api.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TONES: Record<HeartbeatView["state"], Tone> = {
  waiting: "unknown",
  healthy: "good",
  missed: "critical",
  paused: "neutral",
};

/** Jobs that say that they are alive; one that falls silent is an alert. */
export function Heartbeats() {
  const heartbeats = useQuery(heartbeatsQuery);
  return (
    <section aria-labelledby="heartbeats">
      <Title order={2} size="h4" id="heartbeats" mb="xs">
        Heartbeats
      </Title>
      <Stack gap="xs">
        <Awaited of={heartbeats} what="the heartbeats">
          {(found) => (
            <>
              {found.length === 0 && <Text>No job is expected to be heard.</Text>}
              {found.map((heartbeat) => (
                <HeartbeatCard key={heartbeat.id} heartbeat={heartbeat} />
              ))}
            </>
          )}
        </Awaited>
        <NewHeartbeat />
      </Stack>
    </section>
  );
}

function HeartbeatCard({ heartbeat }: { readonly heartbeat: HeartbeatView }) {
  const { id, title, state, system, severity, periodMs, graceMs, lastBeatAt, lastBeatBy, dueAt, pause } = heartbeat;
  const refresh = useRefreshOnCall();
  const act = useMutation({
    mutationFn: (wanted: "pause" | "resume") => {
      const until = new Date(Date.now() + HOUR_MS).toISOString();
      const body = wanted === "pause" ? { until, reason: "paused for an hour in the console" } : undefined;
      return send({ method: "POST", path: `/api/heartbeats/${id}/${wanted}`, ...(body && { body }) });
    },
    onSettled: refresh,
  });
  return (
    <Card withBorder padding="sm" component="article" aria-label={title}>
      <Stack gap={4}>
        <Group justify="space-between">
          <Text fw={650}>
            <StateMark tone={TONES[state]} word={state} strong /> {title}
          </Text>
          <Button
            size="xs"
            variant="default"
            loading={act.isPending}
            onClick={() => act.mutate(pause === null ? "pause" : "resume")}
          >
            {pause === null ? `Pause ${title} for 1 h` : `Listen for ${title} again`}
          </Button>
        </Group>
        <Text size="sm">
          {system}, {severity}. Every {formatDuration(periodMs)}, {formatDuration(graceMs)} late at most.{" "}
          {lastBeatAt === null ? (
            "Never heard yet."
          ) : (
            <>
              Heard <Time at={lastBeatAt} /> from {lastBeatBy}.
            </>
          )}{" "}
          {pause === null ? (
            state !== "missed" && (
              <>
                An alert without it: <Countdown until={dueAt} />.
              </>
            )
          ) : (
            <>
              {pause.by}: {pause.reason} (<Countdown until={pause.until} />
              ).
            </>
          )}
        </Text>
        <CopyCommand
          command={`curl -fsS -X POST -H "authorization: Bearer $ASSAY_KEY" ${location.origin}/api/heartbeats/${id}`}
          label="Copy what the job calls"
        />
        <ProblemNotice error={act.error} />
      </Stack>
    </Card>
  );
}

function NewHeartbeat() {
  const [id, setId] = useState("");
  const [system, setSystem] = useState("");
  const [period, setPeriod] = useState(60);
  const [grace, setGrace] = useState(10);
  const [severity, setSeverity] = useState("high");
  const refresh = useRefreshOnCall();
  const save = useMutation({
    mutationFn: () => {
      const times = { periodMs: period * MINUTE_MS, graceMs: grace * MINUTE_MS };
      const body = { title: id, system, severity, runbook: null, version: 0, ...times };
      return send({ method: "PUT", path: `/api/heartbeats/${id}`, body });
    },
    onSuccess: async () => {
      setId("");
      await refresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Card withBorder padding="sm" component="form" aria-label="Expect a job" onSubmit={submit}>
      <Group align="flex-end">
        <TextInput
          label="Job"
          description="Lower-case letters, digits, dashes"
          required
          pattern="[a-z][a-z0-9\-]{0,39}"
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <TextInput
          label="System"
          required
          value={system}
          onChange={(event) => setSystem(event.currentTarget.value.trim())}
        />
        <NumberInput
          label="Every minutes"
          min={1}
          max={44_640}
          value={period}
          onChange={(value) => setPeriod(Number(value))}
          w={130}
        />
        <NumberInput
          label="Late by minutes"
          min={0}
          max={10_080}
          value={grace}
          onChange={(value) => setGrace(Number(value))}
          w={130}
        />
        <Select
          label="Severity"
          data={["critical", "high", "warning", "info"]}
          value={severity}
          allowDeselect={false}
          onChange={(value) => setSeverity(value ?? "high")}
          w={120}
        />
        <Button type="submit" variant="default" loading={save.isPending}>
          Expect it
        </Button>
      </Group>
      <ProblemNotice error={save.error} />
    </Card>
  );
}
