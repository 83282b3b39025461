import type { Overview } from "@assay/operations/api/schema/systems";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, Time, useNow } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AlertRow } from "./alert-row.tsx";
import { alertsQuery, byUrgency } from "./alerts-api.ts";
import { Changes } from "./changes.tsx";
import { IncidentTable } from "./incident-table.tsx";
import { incidentsQuery } from "./incidents-api.ts";
import { SystemCard } from "./system-card.tsx";
import { overviewQuery } from "./systems-api.ts";

/** Three in the morning: what is broken, since when, how bad, who is on it, what changed, and the one next step. */
export function OverviewPage() {
  const overview = useQuery(overviewQuery);
  return (
    <Stack>
      <PageTitle>Overview</PageTitle>
      <Awaited of={overview} what="the overview">
        {(found) => (
          <>
            <Verdict overview={found} />
            <Firing />
            <Incidents />
            <section aria-labelledby="systems">
              <Title order={2} size="h4" id="systems" mb="xs">
                Systems
              </Title>
              <Stack gap="sm">
                {found.systems.map((system) => (
                  <SystemCard key={system.id} system={system} />
                ))}
              </Stack>
            </section>
            <Changes />
          </>
        )}
      </Awaited>
    </Stack>
  );
}

function Firing() {
  const { data: alerts, error } = useQuery(alertsQuery("current"));
  const firing = alerts?.filter(({ state }) => state === "firing") ?? [];
  const loud = firing.filter(({ inhibitedBy }) => inhibitedBy === null).toSorted(byUrgency);
  const quiet = firing.length - loud.length;
  return (
    <>
      <ProblemNotice error={error} />
      {loud.map((alert) => (
        <AlertRow key={alert.id} alert={alert} />
      ))}
      {quiet > 0 && (
        <Anchor component={Link} to="/alerts" underline="always" fz="sm">
          {quiet} more that follow from these
        </Anchor>
      )}
    </>
  );
}

function Incidents() {
  const { data: incidents } = useQuery(incidentsQuery("current"));
  if (incidents === undefined || incidents.length === 0) return null;
  return (
    <section aria-labelledby="incidents">
      <Title order={2} size="h4" id="incidents" mb="xs">
        Incidents
      </Title>
      <IncidentTable incidents={incidents} />
    </section>
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
