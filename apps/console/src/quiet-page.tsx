import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { type QueryKey, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { curlCommand } from "./curl-command.ts";
import { useDeepLink } from "./deep-link.ts";
import { MaintenanceForm } from "./maintenance-form.tsx";
import {
  endMaintenance,
  endSilence,
  type MaintenanceView,
  maintenanceQuery,
  matcherWords,
  type QuietState,
  type SilenceView,
  silencesQuery,
} from "./quiet-api.ts";
import { useSession } from "./session-api.ts";
import { SilenceForm } from "./silence-form.tsx";
import { TerminalLine } from "./terminal-line.tsx";

const QUIET: QueryKey = ["quiet"];

/** What keeps alerts quiet, until when, and why. */
export function QuietPage() {
  const { system, name } = useSearch({ from: "/quiet" });
  const [state, setState] = useState<QuietState>("current");
  const silences = useQuery(silencesQuery(state));
  const windows = useQuery(maintenanceQuery(state));
  const mayChange = useSession()?.person.roles.some((role) => role === "operator" || role === "admin") ?? false;
  useDeepLink(silences.data !== undefined && windows.data !== undefined);
  return (
    <Stack>
      <Group justify="space-between">
        <PageTitle>Quiet</PageTitle>
        <SegmentedControl
          size="xs"
          aria-label="Which"
          value={state}
          onChange={(value) => setState(value as QuietState)}
          data={[
            { value: "current", label: "Now and to come" },
            { value: "all", label: "All" },
          ]}
        />
      </Group>
      <Stack component="section" gap="xs" aria-labelledby="silences">
        <Title order={2} size="h4" id="silences">
          Silences
        </Title>
        <Awaited of={silences} what="the silences">
          {(found) =>
            found.length === 0 ? (
              <Text>Nothing is silenced.</Text>
            ) : (
              found.map((one) => <SilenceCard key={one.id} silence={one} mayEnd={mayChange} />)
            )
          }
        </Awaited>
        {mayChange && <SilenceForm system={system} name={name} />}
      </Stack>
      <Stack component="section" gap="xs" aria-labelledby="windows">
        <Title order={2} size="h4" id="windows">
          Maintenance windows
        </Title>
        <Awaited of={windows} what="the maintenance windows">
          {(found) => <Calendar windows={found} mayEnd={mayChange} />}
        </Awaited>
        {mayChange && <MaintenanceForm />}
      </Stack>
      {!mayChange && <Text c="dimmed">An operator can silence alerts and plan maintenance.</Text>}
    </Stack>
  );
}

function SilenceCard({ silence, mayEnd }: { readonly silence: SilenceView; readonly mayEnd: boolean }) {
  const { id, matchers, reason, by, endsAt, endedAt, endedBy, isActive, alerts } = silence;
  const words = matchers.map(matcherWords).join(" and ");
  return (
    <Card withBorder component="article" id={id} aria-label={`Silence: ${words}`} padding="sm">
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} style={{ flex: "1 1 300px", minWidth: 0 }}>
          <Text fw={650} style={{ overflowWrap: "anywhere" }}>
            {words}
          </Text>
          <Text style={{ overflowWrap: "anywhere" }}>{reason}</Text>
          <Text size="sm" c="dimmed">
            by {by.name}, <Time at={silence.createdAt} />
          </Text>
          {isActive ? (
            <Text size="sm">
              <StateMark tone="info" word="in force" strong />, <Countdown until={endsAt} />, until <Time at={endsAt} />
              .{" "}
              {alerts === 0
                ? "It keeps nothing quiet at the moment."
                : alerts === 1
                  ? "It keeps one alert quiet."
                  : `It keeps ${alerts} alerts quiet.`}
            </Text>
          ) : (
            <Text size="sm">
              <StateMark tone="neutral" word="over" /> since <Time at={endedAt ?? endsAt} />
              {endedBy !== null && `, ended by ${endedBy}`}
            </Text>
          )}
        </Stack>
        {isActive && mayEnd && <EndButton label="End it now" end={() => endSilence(id)} />}
      </Group>
      {isActive && mayEnd && <TerminalLine command={curlCommand("POST", `/api/silences/${id}/end`)} />}
    </Card>
  );
}

/** One list per day of beginning. */
function Calendar({ windows, mayEnd }: { readonly windows: readonly MaintenanceView[]; readonly mayEnd: boolean }) {
  if (windows.length === 0) return <Text>No maintenance is planned.</Text>;
  const days = [...Map.groupBy(windows, ({ startsAt }) => startsAt.slice(0, 10))];
  return days.map(([day, ofDay]) => (
    <Stack key={day} gap="xs">
      <Title order={3} size="h5">
        {new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, { dateStyle: "full", timeZone: "UTC" })}
      </Title>
      {ofDay.map((one) => (
        <WindowCard key={one.id} window={one} mayEnd={mayEnd} />
      ))}
    </Stack>
  ));
}

const STATE_TONES: Record<MaintenanceView["state"], Tone> = {
  planned: "info",
  active: "warning",
  over: "neutral",
  cancelled: "neutral",
};

function WindowCard({ window, mayEnd }: { readonly window: MaintenanceView; readonly mayEnd: boolean }) {
  const { id, title, system, components, startsAt, endsAt, state, by, endedBy } = window;
  const where = system === null ? "the whole platform" : [system, ...components].join(", ");
  const isAhead = state === "planned" || state === "active";
  return (
    <Card withBorder component="article" id={id} aria-label={`Maintenance: ${title}`} padding="sm">
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} style={{ flex: "1 1 300px", minWidth: 0 }}>
          <Text fw={650} style={{ overflowWrap: "anywhere" }}>
            {title}
          </Text>
          <Text size="sm">
            <StateMark tone={STATE_TONES[state]} word={state} strong /> for {where}
            {isAhead && (
              <>
                , <Countdown until={state === "active" ? endsAt : startsAt} />
                {state === "planned" && " to its start"}
              </>
            )}
          </Text>
          <Text size="sm">
            <Time at={startsAt} /> to <Time at={endsAt} />
          </Text>
          <Text size="sm" c="dimmed">
            {window.pagesCritical ? "Critical alerts page all the same. " : "No alert of it pages. "}
            {window.public ? "Shown on the status page. " : "Not shown to the public. "}
            Planned by {by.name}
            {endedBy === null ? "." : `, ended by ${endedBy}.`}
          </Text>
        </Stack>
        {isAhead && mayEnd && (
          <EndButton label={state === "planned" ? "Cancel it" : "End it now"} end={() => endMaintenance(id)} />
        )}
      </Group>
      {isAhead && mayEnd && <TerminalLine command={curlCommand("POST", `/api/maintenance/${id}/end`)} />}
    </Card>
  );
}

function EndButton({ label, end }: { readonly label: string; readonly end: () => Promise<unknown> }) {
  const queries = useQueryClient();
  const mutation = useMutation({ mutationFn: end, onSettled: () => queries.invalidateQueries({ queryKey: QUIET }) });
  return (
    <Stack gap="xs">
      <Button variant="default" loading={mutation.isPending} onClick={() => mutation.mutate()}>
        {label}
      </Button>
      <ProblemNotice error={mutation.error} />
    </Stack>
  );
}
