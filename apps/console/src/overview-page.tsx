import type { Overview } from "@assay/operations/api/schema/systems";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, Time, useNow } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AlertRow } from "./alert-row.tsx";
import { alertsQuery, byUrgency } from "./alerts-api.ts";
import { IncidentTable } from "./incident-table.tsx";
import { incidentsQuery } from "./incidents-api.ts";
import { SystemCard } from "./system-card.tsx";
import { overviewQuery } from "./systems-api.ts";

/** Three in the morning: what is broken, since when, how bad, who is on it, and the one next step. */
export function OverviewPage() {
  const { data: overview, error } = useQuery(overviewQuery);
  const { data: alerts } = useQuery(alertsQuery("current"));
  const { data: incidents } = useQuery(incidentsQuery("current"));
  const firing = alerts?.filter(({ state }) => state === "firing") ?? [];
  const loud = firing.filter(({ inhibitedBy }) => inhibitedBy === null).toSorted(byUrgency);
  const quiet = firing.length - loud.length;
  return (
    <Stack>
      <Title order={1} size="h2">
        Overview
      </Title>
      <ProblemNotice error={error} />
      {overview !== undefined && <Verdict overview={overview} />}
      {loud.map((alert) => (
        <AlertRow key={alert.id} alert={alert} />
      ))}
      {quiet > 0 && (
        <Anchor component={Link} to="/alerts" underline="always">
          {quiet} more that follow from these
        </Anchor>
      )}
      {(incidents?.length ?? 0) > 0 && (
        <section aria-labelledby="incidents">
          <Title order={2} size="h4" id="incidents" mb="xs">
            Incidents
          </Title>
          <IncidentTable incidents={incidents ?? []} />
        </section>
      )}
      <section aria-labelledby="systems">
        <Title order={2} size="h4" id="systems" mb="xs">
          Systems
        </Title>
        <Stack gap="sm">
          {overview?.systems.map((system) => (
            <SystemCard key={system.id} system={system} />
          ))}
        </Stack>
      </section>
    </Stack>
  );
}

const SILENCE_MEANS_NOTHING_MS = 60_000;

function Verdict({ overview }: { readonly overview: Overview }) {
  const now = useNow(5_000);
  const { tone, sentence } = judge(overview, now);
  return (
    <Card withBorder component="section" aria-label="Verdict">
      <Group justify="space-between">
        <Text fz="xl">
          <StateMark tone={tone} word={sentence} strong />
        </Text>
        <Text size="sm" c="dimmed">
          {overview.evaluatedAt === null ? (
            "No rule has been evaluated yet"
          ) : (
            <>
              Rules evaluated <Time at={overview.evaluatedAt} />
            </>
          )}
        </Text>
      </Group>
    </Card>
  );
}

// No alert means that all is well only if somebody looked just now.
function judge(overview: Overview, now: number): { readonly tone: Tone; readonly sentence: string } {
  const age = overview.evaluatedAt === null ? Number.POSITIVE_INFINITY : now - Date.parse(overview.evaluatedAt);
  if (overview.alerts.firing > 0) {
    const open = overview.alerts.unacknowledged;
    return {
      tone: "critical",
      sentence: `${overview.alerts.firing} firing, ${open === 0 ? "all acknowledged" : `${open} with nobody on it`}`,
    };
  }
  if (overview.systems.length === 0) return { tone: "unknown", sentence: "No system is being watched" };
  if (age > SILENCE_MEANS_NOTHING_MS)
    return {
      tone: "unknown",
      sentence: `Nothing is known since ${Number.isFinite(age) ? formatDuration(age) : "the start"}`,
    };
  if (overview.status === "healthy") return { tone: "good", sentence: "All is well" };
  return {
    tone: overview.status === "unknown" ? "unknown" : "warning",
    sentence: `Nothing fires, but a system is ${overview.status}`,
  };
}
