import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { AlertRow } from "./alert-row.tsx";
import { alertsQuery, byUrgency } from "./alerts-api.ts";

export function AlertsPage() {
  const [state, setState] = useState<"current" | "all">("current");
  const { data: alerts, error } = useQuery(alertsQuery(state));
  return (
    <Stack>
      <Title order={1} size="h2">
        Alerts
      </Title>
      <SegmentedControl
        w="fit-content"
        aria-label="Which alerts"
        value={state}
        onChange={(value) => setState(value as "current" | "all")}
        data={[
          { value: "current", label: "Now" },
          { value: "all", label: "All" },
        ]}
      />
      <ProblemNotice error={error} />
      {alerts?.length === 0 && (
        <Text>
          <StateMark tone="good" word="No alert" />{" "}
          {state === "current" ? "is pending or firing." : "has been recorded."}
        </Text>
      )}
      {alerts?.toSorted(state === "current" ? byUrgency : () => 0).map((alert) => (
        <AlertRow key={alert.id} alert={alert} />
      ))}
    </Stack>
  );
}
