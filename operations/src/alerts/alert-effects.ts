import type { Sql } from "@assay/platform/storage/database";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { AuditEntry } from "../audit/audit-entry.ts";
import type { Delivery, Paged } from "../delivery/delivery.ts";
import type { PageMessage } from "../delivery/page-message.ts";
import { PLANE_ACTOR } from "../incidents/incident.ts";
import type { Incidents } from "../incidents/incidents.ts";
import type { Threshold } from "../thresholds/threshold.ts";
import { boundWords } from "../thresholds/threshold-sentence.ts";
import type { Alert } from "./alert.ts";
import { type AlertChange, isPaged, opensIncident, type Telling } from "./alert-round.ts";
import { deleteAlert, upsertAlert } from "./alert-store.ts";

export interface AlertEffectsOptions {
  readonly incidents: Incidents;
  readonly delivery: Delivery;
  /** Address of the console. */
  readonly publicUrl: string;
}

export interface Applied {
  readonly alert: Alert | undefined;
  /** To be appended at the end of the transaction. */
  readonly audit: readonly AuditEntry[];
}

/** Writes a change of an alert and everything that follows from it, all in `tx`: incident, timeline, pages. */
export async function applyChange(
  tx: Sql,
  change: AlertChange,
  context: AlertEffectsOptions & { readonly threshold: Threshold | undefined; readonly now: Instant },
): Promise<Applied> {
  const { before, after, rule, telling } = change;
  if (after === undefined) {
    if (before !== undefined) await deleteAlert(tx, before.id);
    return { alert: undefined, audit: [] };
  }
  const audit: AuditEntry[] = [];
  let alert = after;
  if ((telling === "fired" || telling === "raised") && opensIncident(alert.severity)) {
    const opened = await context.incidents.openOrJoin(tx, {
      id: alert.id,
      system: alert.system,
      severity: alert.severity,
      title: `${alert.system}.${alert.name}: ${alert.summary}`,
      dedupKey: rule?.incidentKey === undefined ? alert.system : `${alert.system}/${rule.incidentKey}`,
    });
    alert = { ...alert, incidentId: opened.incidentId };
    audit.push(...opened.audit);
  }
  await upsertAlert(tx, alert);
  if (telling !== undefined) audit.push(...(await tell(tx, { alert, telling, change }, context)));
  return { alert, audit };
}

interface Told {
  readonly alert: Alert;
  readonly telling: Telling;
  readonly change: AlertChange;
}

type Context = Parameters<typeof applyChange>[2];

async function tell(tx: Sql, { alert, telling, change }: Told, context: Context): Promise<AuditEntry[]> {
  const message = messageOf(alert, telling, context);
  const paged = isPaged(alert.toldSeverity ?? alert.severity)
    ? await context.delivery.page(tx, { subject: `alert/${alert.id}`, to: change.rule?.pages ?? "on-call", message })
    : [];
  if (alert.incidentId === null) return [];
  const { incidents } = context;
  const entry = await incidents.record(tx, alert.incidentId, {
    kind: "alert",
    actor: PLANE_ACTOR,
    summary: message.title,
    details: { telling, ...alertData(alert) },
  });
  if (paged.length === 0) return [...entry.audit];
  const pages = await incidents.record(tx, alert.incidentId, {
    kind: "page",
    actor: PLANE_ACTOR,
    summary: `Paged ${pagedWords(paged)}`,
    details: { alert: alert.id, paged: paged.map(({ person, kind }) => ({ person, kind })) },
  });
  return [...entry.audit, ...pages.audit];
}

function pagedWords(paged: readonly Paged[]): string {
  return paged.map(({ person, kind }) => `${person} (${kind})`).join(", ");
}

const WORDS: Readonly<Record<Telling, string>> = {
  fired: "is firing",
  raised: "got worse",
  resolved: "is resolved",
  acknowledgement_expired: "is still firing: its acknowledgement has expired",
};

function messageOf(alert: Alert, telling: Telling, { threshold, now, publicUrl }: Context): PageMessage {
  const limit = threshold?.levels[alert.severity];
  const number =
    alert.value === null || threshold === undefined || limit === undefined
      ? ""
      : ` ${threshold.title}: ${alert.value} (${alert.severity} ${boundWords(limit, threshold.unit)}).`;
  const next = telling === "resolved" ? "Nothing is left to do for it." : `Next step: runbook ${alert.runbook}.`;
  return {
    type: telling === "fired" || telling === "raised" ? "alert.firing" : `alert.${telling}`,
    title: `[${alert.severity}] ${alert.system}.${alert.name} ${WORDS[telling]}`,
    text: `${alert.summary}${number}\nSince ${formatInstant(alert.firedAt ?? alert.startedAt)}.\n${next}`,
    url: `${publicUrl}/alerts/${alert.id}`,
    at: formatInstant(now),
    data: alertData(alert),
  };
}

function alertData(alert: Alert) {
  return {
    id: alert.id,
    system: alert.system,
    name: alert.name,
    state: alert.state,
    severity: alert.severity,
    summary: alert.summary,
    threshold: alert.threshold,
    value: alert.value,
    runbook: alert.runbook,
    startedAt: formatInstant(alert.startedAt),
    firedAt: alert.firedAt === null ? null : formatInstant(alert.firedAt),
    resolvedAt: alert.resolvedAt === null ? null : formatInstant(alert.resolvedAt),
    incidentId: alert.incidentId,
  };
}
