import { utf8 } from "@assay/primitives/bytes";
import { canonicalJson } from "@assay/primitives/canonical-json";
import type { JsonValue } from "@assay/primitives/json";
import { z } from "zod";
import { timelineEntrySchema } from "../api/schema/incidents.ts";
import type { RunDetailView } from "../api/schema/runbooks.ts";
import { verifyBundle } from "../audit/verify-bundle.ts";
import { DrillError } from "./drill-error.ts";

const exportSchema = z.object({
  format: z.literal("assay.incident.v1"),
  timeline: z.array(timelineEntrySchema),
  auditBundle: z.string(),
});

export interface Evidence {
  readonly timelineEntries: number;
  readonly auditEntries: number;
  readonly bundleBytes: number;
}

/**
 * The exported incident must hold each step with what was expected and seen, its audit proof must verify without the
 * server against the key noted before the drill, and must not verify with one changed byte.
 * @throws DrillError with what is missing.
 */
export async function checkEvidence(
  exported: string,
  { detail, verifierKey }: { readonly detail: RunDetailView; readonly verifierKey: string },
): Promise<Evidence> {
  const { timeline, auditBundle } = exportSchema.parse(JSON.parse(exported));
  for (const { step, attempt, verdict, expectations } of detail.steps) {
    const entry = timeline.find(({ details }) => {
      const { run } = details;
      return (
        run === detail.run.id && details.step === step && details.attempt === attempt && details.verdict === verdict
      );
    });
    if (entry === undefined) throw new DrillError(`the incident's timeline does not hold step ${step}`);
    if (canonicalJson(entry.details.expectations ?? null) !== canonicalJson(expectations as JsonValue))
      throw new DrillError(`the timeline's evidence of step ${step} differs from the run's`);
    if (!auditBundle.includes(entry.digest))
      throw new DrillError(`the audit log does not hold the digest of step ${step}`);
  }
  const verified = await verifyBundle([utf8(auditBundle)], { verifierKey });
  if (!verified.ok) throw new DrillError(`the audit proof does not verify: ${JSON.stringify(verified.refusal)}`);
  const forged = await verifyBundle([utf8(changedByte(auditBundle))], { verifierKey });
  if (forged.ok) throw new DrillError("the audit proof verifies with a changed byte");
  const { from, to } = verified.value;
  return { timelineEntries: timeline.length, auditEntries: to - from, bundleBytes: auditBundle.length };
}

/** One letter of one entry is another. */
function changedByte(bundle: string): string {
  const at = bundle.lastIndexOf("runbook");
  return at < 0 ? `${bundle} ` : `${bundle.slice(0, at)}R${bundle.slice(at + 1)}`;
}
