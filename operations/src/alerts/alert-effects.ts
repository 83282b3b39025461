import type { Sql } from "@assay/platform/storage/database";
import type { AuditEntry } from "../audit/audit-entry.ts";
import type { Paged } from "../delivery/delivery.ts";
import { PLANE_ACTOR } from "../incidents/incident.ts";
import type { Incidents } from "../incidents/incidents.ts";
import type { Paging } from "../on-call/paging.ts";
import type { Alert } from "./alert.ts";
import { alertData, groupMessage, type MessageContext, newsTitle } from "./alert-message.ts";
import type { AlertStep } from "./alert-round.ts";
import { deleteAlert, upsertAlert } from "./alert-store.ts";
import { type GroupPage, isPaged, type News, opensIncident, type ToldRound } from "./grouping.ts";

export interface AlertEffectsOptions {
  readonly incidents: Incidents;
  readonly paging: Paging;
  /** Address of the console. */
  readonly publicUrl: string;
}

export interface Applied {
  /** As written, with their incidents. */
  readonly steps: readonly AlertStep[];
  /** To be appended at the end of the transaction. */
  readonly audit: readonly AuditEntry[];
}

type Context = AlertEffectsOptions & MessageContext;

/** Writes a round and everything that follows from it, all in `tx`: alerts, incidents, timelines, pages. */
export async function applyRound(tx: Sql, { steps, pages, hushes }: ToldRound, context: Context): Promise<Applied> {
  const audit: AuditEntry[] = [];
  const joined = new Map<string, string>();
  const news = pages.flatMap((page) => page.news);
  for (const one of news) {
    const opened = await openIncident(tx, one, context);
    if (opened === undefined) continue;
    joined.set(one.alert.id, opened.incidentId);
    audit.push(...opened.audit);
  }
  const withIncident = (alert: Alert): Alert => ({ ...alert, incidentId: joined.get(alert.id) ?? alert.incidentId });
  const written = steps.map((step) => ({ ...step, after: step.after && withIncident(step.after) }));
  for (const { before, after } of written)
    if (after !== undefined) await upsertAlert(tx, after);
    else if (before !== undefined) await deleteAlert(tx, before.id);
  for (const page of pages) {
    const known = { ...page, news: page.news.map((one) => ({ ...one, alert: withIncident(one.alert) })) };
    audit.push(...(await tell(tx, known, context)));
  }
  for (const { lead, by, until } of hushes) await context.paging.acknowledge(tx, subjectOf(lead), { by, until });
  return { steps: written, audit };
}

async function openIncident(tx: Sql, { alert, telling, rule }: News, { incidents }: Context) {
  if ((telling !== "fired" && telling !== "raised") || !opensIncident(alert.severity)) return undefined;
  return await incidents.openOrJoin(tx, {
    id: alert.id,
    system: alert.system,
    severity: alert.severity,
    title: `${alert.system}.${alert.name}: ${alert.summary}`,
    dedupKey: rule?.incidentKey === undefined ? alert.system : `${alert.system}/${rule.incidentKey}`,
  });
}

/** Pages the group, and writes each alert's news and who was paged into the story of its incident. */
async function tell(tx: Sql, page: GroupPage, context: Context): Promise<AuditEntry[]> {
  const paged = await call(tx, page, context);
  const audit: AuditEntry[] = [];
  for (const { alert, telling } of page.news) {
    if (alert.incidentId === null) continue;
    const entry = await context.incidents.record(tx, alert.incidentId, {
      kind: "alert",
      actor: PLANE_ACTOR,
      summary: newsTitle({ alert, telling }),
      details: { telling, ...alertData(alert) },
    });
    audit.push(...entry.audit);
  }
  if (paged.length === 0) return audit;
  for (const incidentId of new Set(page.news.flatMap(({ alert }) => alert.incidentId ?? []))) {
    const entry = await context.incidents.record(tx, incidentId, {
      kind: "page",
      actor: PLANE_ACTOR,
      summary: `Paged ${pagedWords(paged)}`,
      details: { alert: page.lead, paged: paged.map(({ person, kind }) => ({ person, kind })) },
    });
    audit.push(...entry.audit);
  }
  return audit;
}

async function call(tx: Sql, page: GroupPage, context: Context): Promise<readonly Paged[]> {
  const { paging } = context;
  const { severity, news, to } = page;
  const subject = subjectOf(page.lead);
  const message = groupMessage(page, context);
  if (!news.some(({ alert }) => isPaged(alert.toldSeverity ?? alert.severity))) return [];
  if (page.isOver) return await paging.end(tx, subject, message);
  // Paging itself calls again, from the top, when an acknowledgement expires.
  if (news.every(({ telling }) => telling === "acknowledgement_expired" || telling === "resolved")) return [];
  if (page.wasHushed) await paging.end(tx, subject);
  const { system } = news[0]!.alert;
  const pages = to === "everyone" ? ("everyone" as const) : ("policy" as const);
  return await paging.raise(tx, { subject, system, severity, message, pages });
}

function subjectOf(lead: string): string {
  return `alert/${lead}`;
}

function pagedWords(paged: readonly Paged[]): string {
  return paged.map(({ person, kind }) => `${person} (${kind})`).join(", ");
}
