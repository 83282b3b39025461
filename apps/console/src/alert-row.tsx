import type { AlertView } from "@assay/operations/api/schema/alerts";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { acknowledgeAlert, SEVERITY_TONES } from "./alerts-api.ts";

interface AlertRowProps {
  readonly alert: AlertView;
  /** On the page of its incident no button leads there. */
  readonly inIncident?: boolean;
  /** On its own page its name is no link, and what can be done is below. */
  readonly isAlone?: boolean;
}

/** One alert: how bad, what is broken, since when, who is on it, and the one next step. */
export function AlertRow({ alert, inIncident = false, isAlone = false }: AlertRowProps) {
  return (
    <Card withBorder component="article" aria-label={`${alert.severity}: ${alert.name}`} padding="sm">
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} style={{ flex: "1 1 320px", minWidth: 0 }}>
          <Group gap="sm">
            <StateMark
              tone={alert.state === "resolved" ? "good" : SEVERITY_TONES[alert.severity]}
              word={alert.state === "firing" ? alert.severity : alert.state}
              strong
            />
            <Text fw={650} style={{ overflowWrap: "anywhere" }}>
              {isAlone ? (
                alertName(alert)
              ) : (
                <Anchor component={Link} to={`/alerts/${alert.id}`} inherit c="inherit" underline="hover">
                  {alertName(alert)}
                </Anchor>
              )}
            </Text>
            {alert.unknown && <StateMark tone="unknown" word="its numbers cannot be read" />}
          </Group>
          <Text>{alert.summary}</Text>
          <Text size="sm" c="dimmed">
            Since <Time at={alert.firedAt ?? alert.startedAt} />
            {alert.resolvedAt !== null && (
              <>
                , resolved <Time at={alert.resolvedAt} />
              </>
            )}
          </Text>
          <WhoIsOnIt alert={alert} />
        </Stack>
        <Group gap="xs">
          {alert.state !== "resolved" && alert.human === "unacknowledged" && !isAlone && (
            <AcknowledgeButton alert={alert} />
          )}
          {alert.incidentId !== null && !inIncident && (
            <Button component={Link} to={`/incidents/${alert.incidentId}`} variant="default">
              Incident
            </Button>
          )}
          {alert.state !== "resolved" && alert.runbook !== null && (
            <Button
              component={Link}
              to={`/runbooks/${alert.runbook}${alert.incidentId === null ? "" : `?incident=${alert.incidentId}`}`}
            >
              Open the runbook
            </Button>
          )}
        </Group>
      </Group>
    </Card>
  );
}

/** `shop.DOWN`; with its key where the same name can fire more than once. */
function alertName({ system, name, source, key }: AlertView): string {
  const own = source === "rules" || source === "alertmanager" || key === "" ? "" : ` (${key})`;
  return `${system}.${name}${own}`;
}

function WhoIsOnIt({ alert }: { readonly alert: AlertView }) {
  if (alert.state !== "resolved" && alert.silencedBy !== null)
    return (
      <Text size="sm">
        <StateMark tone="neutral" word="Silenced" />:{" "}
        <Anchor component={Link} to={`/quiet#${alert.silencedBy}`} underline="always">
          see the silence
        </Anchor>
      </Text>
    );
  if (alert.state !== "resolved" && alert.maintenance !== null)
    return (
      <Text size="sm">
        <StateMark tone="neutral" word="In maintenance" />:{" "}
        <Anchor component={Link} to={`/quiet#${alert.maintenance}`} underline="always">
          see the window
        </Anchor>
      </Text>
    );
  if (alert.inhibitedBy !== null) return <Text size="sm">Quiet while {alert.inhibitedBy} fires.</Text>;
  if (alert.acknowledgement === null)
    return alert.state === "firing" ? <Text size="sm">Nobody has acknowledged it.</Text> : null;
  return (
    <Text size="sm">
      {alert.acknowledgement.by.name} is on it (<Countdown until={alert.acknowledgement.expiresAt} />, then it pages
      again)
      {alert.acknowledgement.note === "" ? "" : `: ${alert.acknowledgement.note}`}
    </Text>
  );
}

function AcknowledgeButton({ alert }: { readonly alert: AlertView }) {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => acknowledgeAlert(alert.id, { note: "", minutes: 30 }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["alerts"] }),
  });
  return (
    <>
      <Button variant="default" loading={mutation.isPending} onClick={() => mutation.mutate()}>
        Acknowledge
      </Button>
      <ProblemNotice error={mutation.error} />
    </>
  );
}
