import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { AlertRow } from "./alert-row.tsx";
import { alertQuery, alertsQuery, byUrgency } from "./alerts-api.ts";

export function AlertsPage() {
  const [state, setState] = useState<"current" | "all">("current");
  const alerts = useQuery(alertsQuery(state));
  return (
    <Stack>
      <Group justify="space-between">
        <PageTitle>Alerts</PageTitle>
        <SegmentedControl
          size="xs"
          aria-label="Which alerts"
          value={state}
          onChange={(value) => setState(value as "current" | "all")}
          data={[
            { value: "current", label: "Now" },
            { value: "all", label: "All" },
          ]}
        />
      </Group>
      <Awaited of={alerts} what="the alerts">
        {(found) =>
          found.length === 0 ? (
            <Text>
              <StateMark tone="good" word="No alert" />{" "}
              {state === "current" ? "is pending or firing." : "has been recorded."}
            </Text>
          ) : (
            found
              .toSorted(state === "current" ? byUrgency : () => 0)
              .map((alert) => <AlertRow key={alert.id} alert={alert} />)
          )
        }
      </Awaited>
    </Stack>
  );
}

/** One alert, where a page sent somebody. */
export function AlertPage() {
  const { id } = useParams({ from: "/alerts/$id" });
  const alert = useQuery(alertQuery(id));
  return (
    <Stack>
      <PageTitle>Alert</PageTitle>
      <Awaited of={alert} what="the alert">
        {(found) => <AlertRow alert={found} />}
      </Awaited>
    </Stack>
  );
}
