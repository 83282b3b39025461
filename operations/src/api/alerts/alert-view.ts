import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { Alert } from "../../alerts/alert.ts";
import type { AlertView } from "../schema/alerts.ts";

export function alertView(alert: Alert): AlertView {
  const { conditions: _conditions, toldSeverity: _told, acknowledgement, ...shown } = alert;
  return {
    ...shown,
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
