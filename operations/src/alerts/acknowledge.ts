import type { Sql } from "@assay/platform/storage/database";
import { addMs, formatInstant, HOUR_MS, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import type { AuditActor, AuditEntry } from "../audit/audit-entry.ts";
import type { Incidents } from "../incidents/incidents.ts";
import { type Alert, alertKey } from "./alert.ts";

export interface AcknowledgeOrder {
  readonly person: { readonly id: string; readonly name: string };
  readonly note: string;
  /** How long it stays quiet; default 30 min, at most a day. */
  readonly forMs?: number | undefined;
}

export const ACKNOWLEDGEMENT_MS = 30 * MINUTE_MS;
export const LONGEST_ACKNOWLEDGEMENT_MS = 24 * HOUR_MS;

/** The alert with the person on it. */
export function acknowledged(alert: Alert, order: AcknowledgeOrder, now: Instant): Alert {
  const { person, note, forMs = ACKNOWLEDGEMENT_MS } = order;
  const by = { id: person.id, name: person.name };
  const expiresAt = addMs(now, Math.min(forMs, LONGEST_ACKNOWLEDGEMENT_MS));
  return { ...alert, acknowledgement: { by, at: now, note, expiresAt }, reminder: null };
}

/** Writes what follows: the incident moves on and tells it. Resolves to what is to be audited. */
export async function recordAcknowledgement(tx: Sql, alert: Alert, incidents: Incidents): Promise<AuditEntry[]> {
  const { by, note, expiresAt } = alert.acknowledgement!;
  const actor: AuditActor = { kind: "person", ...by };
  const until = formatInstant(expiresAt);
  const audit: AuditEntry[] = [];
  if (alert.incidentId !== null) {
    const said = note === "" ? "" : `: ${note}`;
    const recorded = await incidents.record(tx, alert.incidentId, {
      kind: "acknowledgement",
      actor,
      summary: `${by.name} acknowledged ${alertKey(alert.system, alert.name)}${said}`,
      details: { alert: alert.id, note, expiresAt: until },
    });
    const moved = await incidents.move(tx, alert.incidentId, { to: "acknowledged", actor, note: "" });
    audit.push(...recorded.audit, ...(moved.ok ? moved.value.audit : []));
  }
  const details = { note, name: alert.name, expiresAt: until };
  return [...audit, { actor, action: "alert.acknowledged", target: alert.id, details }];
}
