import type { Sql } from "@assay/platform/storage/database";
import type { AuditEntry } from "../audit/audit-entry.ts";
import type { Paged } from "../delivery/delivery.ts";
import { PLANE_ACTOR } from "../incidents/incident.ts";
import type { Incidents } from "../incidents/incidents.ts";
import { alertData, newsTitle } from "./alert-message.ts";
import { type GroupPage, type News, opensIncident } from "./grouping.ts";

export interface Joined {
  /** By alert id. */
  readonly incidentIds: ReadonlyMap<string, string>;
  readonly audit: readonly AuditEntry[];
}

/** So many alerts of one page have an entry of their own; a storm of thousands is one sentence more. */
const MOST_ENTRIES = 50;

/** Opens an incident for what began or got worse, or joins one: once per dedup key, by the worst of a page. */
export async function joinIncidents(tx: Sql, news: readonly News[], incidents: Incidents): Promise<Joined> {
  const incidentIds = new Map<string, string>();
  const audit: AuditEntry[] = [];
  const begun = news.filter(
    ({ alert, telling }) => (telling === "fired" || telling === "raised") && opensIncident(alert.severity),
  );
  for (const [dedupKey, members] of Map.groupBy(begun, dedupKeyOf)) {
    const { id, system, severity, name, summary } = members[0]!.alert;
    const title = `${system}.${name}: ${summary}`;
    const opened = await incidents.openOrJoin(tx, { id, system, severity, title, dedupKey });
    audit.push(...opened.audit);
    for (const { alert } of members) incidentIds.set(alert.id, opened.incidentId);
  }
  return { incidentIds, audit };
}

function dedupKeyOf({ alert, rule }: News): string {
  return rule?.incidentKey === undefined ? alert.system : `${alert.system}/${rule.incidentKey}`;
}

/** Writes the page's news, and who was paged, into the stories of its incidents. */
export async function tellStory(
  tx: Sql,
  page: GroupPage,
  { paged, incidents }: { readonly paged: readonly Paged[]; readonly incidents: Incidents },
): Promise<AuditEntry[]> {
  const audit: AuditEntry[] = [];
  const byIncident = Map.groupBy(page.news, ({ alert }) => alert.incidentId);
  for (const [incidentId, news] of byIncident) {
    if (incidentId === null) continue;
    const note = async (kind: "alert" | "page", summary: string, details: AuditEntry["details"]) => {
      const entry = await incidents.record(tx, incidentId, { kind, actor: PLANE_ACTOR, summary, details });
      audit.push(...entry.audit);
    };
    for (const { alert, telling } of news.slice(0, MOST_ENTRIES))
      await note("alert", newsTitle({ alert, telling }), { telling, ...alertData(alert) });
    const left = news.length - MOST_ENTRIES;
    if (left > 0) await note("alert", `… and ${left} more alerts of the group ${page.group}`, { alerts: left });
    if (paged.length === 0) continue;
    const whom = paged.map(({ person, kind }) => ({ person, kind }));
    await note("page", `Paged ${pagedWords(paged)}`, { alert: page.lead, paged: whom });
  }
  return audit;
}

function pagedWords(paged: readonly Paged[]): string {
  return paged.map(({ person, kind }) => `${person} (${kind})`).join(", ");
}
