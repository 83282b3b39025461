import type { Clock } from "@assay/platform/clock/clock";
import type { Alerts } from "../../alerts/alerts.ts";
import type { Audit } from "../../audit/audit.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Directory } from "../../delivery/directory.ts";
import type { Events } from "../../events/events.ts";
import type { Incidents } from "../../incidents/incidents.ts";
import type { ChartHistory } from "../../metrics-history/chart-history.ts";
import type { Evaluation } from "../../systems/evaluation.ts";
import type { Systems } from "../../systems/systems.ts";

/** What the routes of the watching half of the plane need. */
export interface WatchApi {
  readonly clock: Clock;
  readonly systems: Systems;
  readonly evaluation: Evaluation;
  readonly charts: ChartHistory;
  readonly alerts: Alerts;
  readonly incidents: Incidents;
  readonly delivery: Delivery;
  readonly directory: Directory;
  readonly audit: Audit;
  readonly events: Events;
  readonly evaluationIntervalMs: number;
  /** Whether a session still lasts; what stays open asks again. */
  readonly isSignedIn: (sessionId: string) => Promise<boolean>;
  /** A token for the person towards a system; undefined when they may not act any more. */
  readonly personToken: (personId: string, system: string) => Promise<string | undefined>;
}
