import type { AlertView } from "@assay/operations/api/schema/alerts";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Group, NativeSelect, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { AlertRow } from "./alert-row.tsx";
import { type AlertFilter, type AlertStateFilter, alertsQuery, byUrgency } from "./alerts-api.ts";
import { systemsQuery } from "./systems-api.ts";

type Search = AlertFilter & {
  readonly state?: AlertStateFilter | undefined;
  readonly view?: "list" | "groups" | undefined;
};

/** Alerts by state, severity and system; the address holds what is chosen. */
export function AlertsPage() {
  const search: Search = useSearch({ from: "/alerts" });
  const state = search.state ?? "current";
  const alerts = useQuery(alertsQuery(state, search));
  return (
    <Stack>
      <PageTitle>Alerts</PageTitle>
      <Filters search={search} />
      <Awaited of={alerts} what="the alerts">
        {(found) => {
          if (found.length === 0) return <NoAlert state={state} />;
          if (search.view === "groups") return <AlertGroups alerts={found} />;
          const sorted = state === "current" || state === "firing" ? found.toSorted(byUrgency) : found;
          return sorted.map((alert) => <AlertRow key={alert.id} alert={alert} />);
        }}
      </Awaited>
    </Stack>
  );
}

const STATES = [
  { value: "current", label: "Now" },
  { value: "firing", label: "Firing" },
  { value: "pending", label: "Pending" },
  { value: "resolved", label: "Resolved" },
  { value: "all", label: "All" },
];
const SEVERITIES = [
  { value: "", label: "Every severity" },
  ...["critical", "high", "warning", "info"].map((value) => ({ value, label: value })),
];

function Filters({ search }: { readonly search: Search }) {
  const navigate = useNavigate({ from: "/alerts" });
  const systems = useQuery(systemsQuery);
  const change = (more: Partial<Search>) =>
    void navigate({ search: (before: Search) => ({ ...before, ...more }), replace: true });
  const names = [...(systems.data?.systems ?? []).map(({ id }) => id), "operations"];
  const known = search.system === undefined || names.includes(search.system) ? names : [...names, search.system];
  return (
    <Group align="flex-end" gap="sm">
      <NativeSelect
        label="State"
        data={STATES}
        value={search.state ?? "current"}
        onChange={(event) => change({ state: event.currentTarget.value as AlertStateFilter })}
      />
      <NativeSelect
        label="Severity"
        data={SEVERITIES}
        value={search.severity ?? ""}
        onChange={(event) =>
          change({ severity: (event.currentTarget.value || undefined) as AlertView["severity"] | undefined })
        }
      />
      <NativeSelect
        label="System"
        data={[{ value: "", label: "Every system" }, ...known.map((value) => ({ value, label: value }))]}
        value={search.system ?? ""}
        onChange={(event) => change({ system: event.currentTarget.value || undefined })}
      />
      <SegmentedControl
        aria-label="Show as"
        value={search.view ?? "list"}
        onChange={(value) => change({ view: value as "list" | "groups" })}
        data={[
          { value: "list", label: "List" },
          { value: "groups", label: "Groups" },
        ]}
      />
    </Group>
  );
}

function NoAlert({ state }: { readonly state: AlertStateFilter }) {
  const ends: Record<AlertStateFilter, string> = {
    current: "is pending or firing.",
    firing: "is firing.",
    pending: "is pending.",
    resolved: "has been resolved.",
    all: "has been recorded.",
  };
  return (
    <Text>
      <StateMark tone={state === "current" || state === "firing" ? "good" : "neutral"} word="No alert" /> {ends[state]}
    </Text>
  );
}

/** Alerts of one group are told in one page; the group with the worst alert comes first. */
function AlertGroups({ alerts }: { readonly alerts: readonly AlertView[] }) {
  const groups = [...Map.groupBy(alerts.toSorted(byUrgency), ({ group }) => group)];
  return groups.map(([group, members]) => {
    const [system, within] = group.split("/", 2);
    const loud = members.filter(({ state }) => state === "firing").length;
    return (
      <Stack key={group} component="section" gap="xs" aria-label={`Group ${group}`}>
        <Title order={2} size="h4" style={{ overflowWrap: "anywhere" }}>
          {within ? `${system}: ${within}` : `${system}: all of the system`}
        </Title>
        <Text size="sm" c="dimmed">
          {members.length === 1 ? "One alert" : `${members.length} alerts`}, {loud === 0 ? "none" : loud} firing; told
          in one page.
        </Text>
        {members.map((alert) => (
          <AlertRow key={alert.id} alert={alert} />
        ))}
      </Stack>
    );
  });
}
