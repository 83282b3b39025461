import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import type { JsonObject } from "@assay/primitives/json";
import type { IncidentDetail } from "../api/schema/incident-detail.ts";
import type { ActionItemView, IncidentView, PostMortemView, TimelineEntryView } from "../api/schema/incidents.ts";
import type { Audit } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";

/** What was known of an incident when it was exported. */
export interface IncidentContent {
  readonly incident: IncidentView;
  readonly roles: IncidentDetail["roles"];
  readonly links: IncidentDetail["links"];
  readonly merged: IncidentDetail["merged"];
  readonly timeline: readonly TimelineEntryView[];
  /** All versions, newest first. */
  readonly postMortems: readonly PostMortemView[];
  readonly actionItems: readonly ActionItemView[];
  readonly publicIncident: IncidentDetail["publicIncident"];
}

/** Everything known of an incident in one document that needs no server to be checked (`verify-incident.ts`). */
export interface IncidentExport extends IncidentContent {
  readonly format: "assay.incident.v1";
  /**
   * The audit bundle (`assay audit verify`) over the part of the log that holds the digests of the timeline and, as its
   * last entry of this incident, the digest of this whole content, proven against a signed checkpoint.
   */
  readonly auditBundle: string;
}

const PAGE = 500;
const MOST_PAGES = 20;
export const EXPORT_FORMAT = "assay.incident.v1";
export const EXPORTED = "incident.exported";

/** SHA-256 of the canonical JSON of the content: what the audit log says was exported. */
export function contentDigest(content: IncidentContent): string {
  return sha256Hex(canonicalJson(content as unknown as JsonObject));
}

/** Writes down in the audit log what is exported, then proves it with the log. */
export async function exportIncident(audit: Audit, content: IncidentContent, by: AuditActor): Promise<IncidentExport> {
  const { id } = content.incident;
  const sha256 = contentDigest(content);
  await audit.append(undefined, { actor: by, action: EXPORTED, target: id, details: { sha256 }, incidentId: id });
  const range = await auditedRange(audit, id);
  const pieces: string[] = [];
  for await (const piece of audit.exportBundle(range)) pieces.push(piece);
  return { format: EXPORT_FORMAT, ...content, auditBundle: pieces.join("") };
}

/** The only form of the file: another one is not what was exported. */
export function exportText(exported: IncidentExport): string {
  return `${JSON.stringify(exported, null, 1)}\n`;
}

/** The first and last sequence of the incident's audit entries, as a half-open range. */
async function auditedRange(audit: Audit, incidentId: string): Promise<{ from: number; to: number }> {
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
  return { from, to };
}
