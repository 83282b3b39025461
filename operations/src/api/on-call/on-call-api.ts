import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import type { Alerts } from "../../alerts/alerts.ts";
import type { AuditLog } from "../../audit/audit.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Directory } from "../../delivery/directory.ts";
import type { Incidents } from "../../incidents/incidents.ts";
import type { Escalations } from "../../on-call/escalations.ts";
import type { Policies } from "../../on-call/policies.ts";
import type { Schedules } from "../../on-call/schedules.ts";

/** What the routes of on-call need. */
export interface OnCallApi {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly directory: Directory;
  readonly delivery: Pick<Delivery, "page" | "contacts" | "setContacts">;
  readonly schedules: Schedules;
  readonly policies: Policies;
  readonly escalations: Escalations;
  /** Asked for at each call: alerts call people through on-call, so they are made after it. */
  readonly alerts: () => Pick<Alerts, "current" | "acknowledge">;
  readonly incidents: Pick<Incidents, "moveNow">;
  readonly publicUrl: string;
}
