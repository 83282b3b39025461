import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { Alert } from "../../alerts/alert.ts";
import type { AlertView } from "../schema/alerts.ts";

export function alertView(alert: Alert): AlertView {
  const { acknowledgement } = alert;
  return {
    id: alert.id,
    source: alert.source,
    system: alert.system,
    name: alert.name,
    key: alert.key,
    labels: alert.labels,
    state: alert.state,
    severity: alert.severity,
    summary: alert.summary,
    runbook: alert.runbook,
    threshold: alert.threshold,
    value: alert.value,
    unknown: alert.unknown,
    inhibitedBy: alert.inhibitedBy,
    silencedBy: alert.silencedBy,
    maintenance: alert.maintenance,
    group: alert.group,
    toldAt: alert.toldSeverity === null ? null : time(alert.toldAt),
    coolDownUntil: alert.toldSeverity === null ? time(alert.coolDown?.until ?? null) : null,
    incidentId: alert.incidentId,
    startedAt: formatInstant(alert.startedAt),
    firedAt: time(alert.firedAt),
    resolvedAt: time(alert.resolvedAt),
    human: acknowledgement === null ? "unacknowledged" : "acknowledged",
    acknowledgement:
      acknowledgement === null
        ? null
        : {
            ...acknowledgement,
            at: formatInstant(acknowledgement.at),
            expiresAt: formatInstant(acknowledgement.expiresAt),
          },
  };
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
