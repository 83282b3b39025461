import { utf8 } from "@assay/primitives/bytes";
import { parseInstant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { timelineEntrySchema } from "../api/schema/incidents.ts";
import { type BundleRefusal, verifyBundle } from "../audit/verify-bundle.ts";
import { contentDigest, EXPORT_FORMAT, EXPORTED, exportText, type IncidentExport } from "./incident-export.ts";
import { entryDigest } from "./incident-store.ts";

/** What a good file proves: the plane exported exactly this, and each entry was in its log when it says. */
export interface VerifiedIncident {
  readonly incidentId: string;
  readonly title: string;
  readonly timelineEntries: number;
  readonly auditEntries: number;
  readonly verifierKey: string;
  readonly keyPinned: boolean;
  readonly exportedBy: string;
  readonly exportedAt: string;
}

export type IncidentRefusal =
  | { readonly code: "EXPORT_MALFORMED" | "CONTENT_NOT_EXPORTED" }
  | { readonly code: "ENTRY_CHANGED" | "ENTRY_NOT_AUDITED"; readonly sequence: number }
  | BundleRefusal;

// Read generously: that nothing was changed is proven by digests, not by shapes.
const exportSchema = z.looseObject({
  format: z.literal(EXPORT_FORMAT),
  incident: z.looseObject({ id: z.string(), title: z.string() }),
  timeline: z.array(timelineEntrySchema),
  auditBundle: z.string(),
});

const leafSchema = z.object({
  action: z.string(),
  actor: z.object({ name: z.string() }),
  at: z.string(),
  incidentId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
type Leaf = z.infer<typeof leafSchema>;

/** Checks an exported incident without a server: any changed byte is refused. */
export async function verifyIncident(
  text: string,
  options: { readonly verifierKey?: string } = {},
): Promise<Result<VerifiedIncident, IncidentRefusal>> {
  const document = parseJson(text);
  const parsed = exportSchema.safeParse(document);
  // Spaces or a name given twice would be bytes that nothing vouches for.
  if (!parsed.success || exportText(document as IncidentExport) !== text) return refuse({ code: "EXPORT_MALFORMED" });
  const { auditBundle, timeline, incident } = parsed.data;
  const bundle = await verifyBundle([utf8(auditBundle)], options);
  if (!bundle.ok) return bundle;
  const leaves = leavesOf(auditBundle).filter(({ incidentId }) => incidentId === incident.id);
  const audited = new Set(leaves.map(({ details }) => details.digest));
  for (const entry of timeline) {
    const at = parseInstant(entry.at);
    const details = entry.details as JsonObject;
    const digest = at.ok ? entryDigest(incident.id, { ...entry, at: at.value, details }) : undefined;
    if (digest !== entry.digest) return refuse({ code: "ENTRY_CHANGED", sequence: entry.sequence });
    if (!audited.has(digest)) return refuse({ code: "ENTRY_NOT_AUDITED", sequence: entry.sequence });
  }
  const { format: _format, auditBundle: _bundle, ...content } = document as IncidentExport;
  const sha256 = contentDigest(content);
  const exported = leaves.findLast(({ action, details }) => action === EXPORTED && details.sha256 === sha256);
  if (exported === undefined) return refuse({ code: "CONTENT_NOT_EXPORTED" });
  return accept({
    incidentId: incident.id,
    title: incident.title,
    timelineEntries: timeline.length,
    auditEntries: bundle.value.to - bundle.value.from,
    verifierKey: bundle.value.verifierKey,
    keyPinned: bundle.value.keyPinned,
    exportedBy: exported.actor.name,
    exportedAt: exported.at,
  });
}

/** The entries of a bundle that verified: its lines between header and closing. */
function leavesOf(bundle: string): Leaf[] {
  return bundle
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const leaf = leafSchema.safeParse(parseJson(line.replace(/,$/, "")));
      return leaf.success ? [leaf.data] : [];
    });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
