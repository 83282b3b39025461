import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Card, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { assayCommand } from "./command-line.ts";
import { DRILL_STATES, type DrillReportView, drillsQuery } from "./runbooks-api.ts";

/** The published number: how many of the alerts are proven by a drill, and which are not. */
export function DrillSummary() {
  const drills = useQuery(drillsQuery);
  if (drills.data === undefined || drills.data.alerts === 0) return null;
  const { alerts, proven } = drills.data;
  return (
    <Card withBorder component="section" aria-label="Drills" padding="sm">
      <Stack gap="xs">
        <Text component="div" fw={650}>
          <StateMark
            tone={proven === alerts ? "good" : "warning"}
            word={`${proven} of ${alerts} alerts are proven by a drill`}
            strong
          />
        </Text>
        <details>
          <summary>Which are not, and what drills leave out</summary>
          <Details report={drills.data} />
        </details>
      </Stack>
    </Card>
  );
}

function Details({ report }: { readonly report: DrillReportView }) {
  const open = report.byAlert.filter(({ status }) => status !== "passed");
  const [drillable] = open.filter(({ fault }) => fault !== null);
  return (
    <Stack gap="xs" mt="xs">
      <List size="sm">
        {open.map(({ system, alert, status, fault }) => (
          <List.Item key={`${system} ${alert}`}>
            {system}.{alert}: {fault === null ? "no fault is named for it" : `${fault}, ${DRILL_STATES[status].word}`}
          </List.Item>
        ))}
        {report.skipped.map(({ system, runbook, step, reason }) => (
          <List.Item key={`${system} ${runbook} ${step}`}>
            {system} {runbook}, step {step} is left out: {reason}
          </List.Item>
        ))}
      </List>
      {drillable !== undefined && (
        <div>
          <Text c="dimmed" mb={4}>
            Drill one, on a stack of its own:
          </Text>
          <CopyCommand command={assayCommand("drill", drillable.system, drillable.fault ?? "", "--record")} />
        </div>
      )}
    </Stack>
  );
}
