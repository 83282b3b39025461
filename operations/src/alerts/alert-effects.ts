import type { Sql } from "@assay/platform/storage/database";
import type { AuditEntry } from "../audit/audit-entry.ts";
import type { Paged } from "../delivery/delivery.ts";
import type { Incidents } from "../incidents/incidents.ts";
import type { Paging } from "../on-call/paging.ts";
import type { Alert } from "./alert.ts";
import { groupMessage, type MessageContext } from "./alert-message.ts";
import type { AlertStep } from "./alert-round.ts";
import { deleteAlert, upsertAlert } from "./alert-store.ts";
import { type GroupPage, isPaged, type ToldRound } from "./grouping.ts";
import { joinIncidents, tellStory } from "./incident-story.ts";

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
  const { incidents } = context;
  const news = pages.flatMap((page) => page.news);
  const joined = await joinIncidents(tx, news, incidents);
  const audit = [...joined.audit];
  const withIncident = (alert: Alert): Alert => ({
    ...alert,
    incidentId: joined.incidentIds.get(alert.id) ?? alert.incidentId,
  });
  const written = steps.map((step) => ({ ...step, after: step.after && withIncident(step.after) }));
  for (const { before, after } of written)
    if (after !== undefined) await upsertAlert(tx, after);
    else if (before !== undefined) await deleteAlert(tx, before.id);
  for (const page of pages) {
    const known = { ...page, news: page.news.map((one) => ({ ...one, alert: withIncident(one.alert) })) };
    const paged = await call(tx, known, context);
    audit.push(...(await tellStory(tx, known, { paged, incidents })));
  }
  for (const { lead, by, until } of hushes) await context.paging.acknowledge(tx, subjectOf(lead), { by, until });
  return { steps: written, audit };
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
