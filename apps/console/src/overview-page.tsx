import type { AlertView } from "@assay/operations/api/schema/alerts";
import type { Overview } from "@assay/operations/api/schema/systems";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, Time, useNow } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { AlertRow } from "./alert-row.tsx";
import { alertsQuery, byUrgency, SEVERITY_TONES } from "./alerts-api.ts";
import { Changes } from "./changes.tsx";
import { IncidentTable } from "./incident-table.tsx";
import { incidentsQuery } from "./incidents-api.ts";
import { NowCard } from "./now-card.tsx";
import { SystemCard } from "./system-card.tsx";
import { overviewQuery, systemsQuery } from "./systems-api.ts";

/** Three in the morning: what is broken, since when, how bad, who is on it, what changed, and the one next step. */
export function OverviewPage(): ReactNode {
  const overview = useQuery(overviewQuery);
  return (
    <Stack>
      <PageTitle>Overview</PageTitle>
      <Awaited of={overview} what="the overview">
        {(found) => (
          <>
            <Verdict overview={found} />
            <UnreadManifests />
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
  const [worst, ...others] = firing.filter(isLoud).toSorted(byUrgency);
  const quiet = firing.length - others.length - (worst === undefined ? 0 : 1);
  return (
    <>
      <ProblemNotice error={error} />
      {worst !== undefined && <NowCard alert={worst} others={others.length} />}
      {others.map((alert) => (
        <AlertRow key={alert.id} alert={alert} />
      ))}
      {quiet > 0 && (
        <Anchor component={Link} to="/alerts" underline="always" fz="sm">
          {quiet} more, kept quiet: they follow from others, or somebody silenced them
        </Anchor>
      )}
    </>
  );
}

/** What nobody was told to keep quiet about. */
function isLoud({ inhibitedBy, silencedBy, maintenance }: AlertView): boolean {
  return inhibitedBy === null && silencedBy === null && maintenance === null;
}

/** A source that cannot be read may hide a system, or show an old one. */
function UnreadManifests() {
  const { data } = useQuery(systemsQuery);
  const unread = data?.sources.filter(({ problems }) => problems.length > 0) ?? [];
  if (unread.length === 0) return null;
  return (
    <Notice
      tone="unknown"
      title={`${unread.length === 1 ? "A manifest" : `${unread.length} manifests`} cannot be read`}
    >
      {unread.map(({ name, system }) => system ?? name).join(", ")}.{" "}
      <Anchor component={Link} to="/systems" underline="always" inherit>
        See why
      </Anchor>
    </Notice>
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

const SEVERITIES = ["critical", "high", "warning", "info"] as const;

// No alert means that all is well only if somebody looked just now.
function judge(overview: Overview, now: number): { readonly tone: Tone; readonly sentence: string } {
  const age = overview.evaluatedAt === null ? Number.POSITIVE_INFINITY : now - Date.parse(overview.evaluatedAt);
  const stale = age > SILENCE_MEANS_NOTHING_MS;
  if (overview.alerts.firing > 0) {
    const open = overview.alerts.unacknowledged;
    const known = `${overview.alerts.firing} firing, ${open === 0 ? "all acknowledged" : `${open} with nobody on it`}`;
    const worst = SEVERITIES.find((severity) => overview.systems.some(({ firing }) => firing[severity] > 0));
    return {
      tone: stale ? "unknown" : SEVERITY_TONES[worst ?? "critical"],
      sentence: stale && Number.isFinite(age) ? `${known}, as it was ${formatDuration(age)} ago` : known,
    };
  }
  if (overview.systems.length === 0) return { tone: "unknown", sentence: "No system is being watched" };
  if (stale)
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
