import type { IncidentView, TimelineEntryView } from "../api/schema/incidents.ts";
import type { Audit } from "../audit/audit.ts";

/** Everything known of an incident in one document that needs no server to be checked. */
export interface IncidentExport {
  readonly format: "assay.incident.v1";
  readonly incident: IncidentView;
  readonly timeline: readonly TimelineEntryView[];
  /**
   * The audit bundle (`assay audit verify`) over the part of the log that holds the digests of the timeline, proven
   * against a signed checkpoint. Null when nothing of the incident was audited.
   */
  readonly auditBundle: string | null;
}

const PAGE = 500;
const MOST_PAGES = 20;

export async function exportIncident(
  audit: Audit,
  { incident, timeline }: Pick<IncidentExport, "incident" | "timeline">,
): Promise<IncidentExport> {
  const range = await auditedRange(audit, incident.id);
  const pieces: string[] = [];
  if (range !== undefined) for await (const piece of audit.exportBundle(range)) pieces.push(piece);
  return { format: "assay.incident.v1", incident, timeline, auditBundle: range === undefined ? null : pieces.join("") };
}

/** The first and last sequence of the incident's audit entries, as a half-open range. */
async function auditedRange(audit: Audit, incidentId: string): Promise<{ from: number; to: number } | undefined> {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const entries = await audit.list({
      incidentId,
      limit: PAGE,
      ...(from === Number.POSITIVE_INFINITY ? {} : { before: from }),
    });
    for (const { sequence } of entries) [from, to] = [Math.min(from, sequence), Math.max(to, sequence + 1)];
    if (entries.length < PAGE) break;
  }
  return to === 0 ? undefined : { from, to };
}
