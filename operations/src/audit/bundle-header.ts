import { canonicalJson } from "@assay/primitives/canonical-json";
import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * First line of an export bundle. A bundle is one JSON document written so that it can also be checked line by line: the
 * header with `"entries":[`, then each entry's leaf on a line of its own, then `]}`.
 */
export const bundleHeaderSchema = z.strictObject({
  /** C2SP checkpoint: the size and root that everything below must lead to. */
  checkpoint: z.string().max(2_000),
  /** That the log of the checkpoint begins with the log of this size (RFC 6962 §2.1.2). */
  consistency: z.strictObject({ proof: z.array(hashSchema).max(128), size: z.int().min(0) }).optional(),
  /** What was asked for; entries that are not it stand here with their hash alone. */
  filter: z.record(z.string().max(20), z.string().max(500)).optional(),
  format: z.literal("assay.audit.bundle.v1"),
  from: z.int().min(0),
  /** Roots of the largest aligned subtrees over the leaves before `from`, first to last. */
  left: z.array(hashSchema).max(64),
  /** The same over the leaves from `to` to the checkpoint's size. */
  right: z.array(hashSchema).max(128),
  to: z.int().min(0),
  verifierKey: z.string().max(300),
});
export type BundleHeader = z.infer<typeof bundleHeaderSchema>;

const OPENING = ',"entries":[';
export const BUNDLE_CLOSING = "]}";

const OMITTED = /^\{"omitted":"([0-9a-f]{64})"\}$/;
const OMITTED_LENGTH = 78;

/** The line of an entry whose payload was left out or has ended; no entry's own leaf can look like it. */
export function formatOmitted(leafHash: string): string {
  return `{"omitted":"${leafHash}"}`;
}

/** The leaf hash of such a line; undefined for an entry's leaf. */
export function parseOmitted(line: Uint8Array): string | undefined {
  return line.length === OMITTED_LENGTH ? OMITTED.exec(Buffer.from(line).toString("latin1"))?.[1] : undefined;
}

export function formatBundleHeader(header: BundleHeader): string {
  return canonicalJson(header as JsonObject).slice(0, -1) + OPENING;
}

/** Undefined unless `line` is exactly what {@link formatBundleHeader} prints. */
export function parseBundleHeader(line: string): BundleHeader | undefined {
  if (!line.endsWith(OPENING)) return undefined;
  try {
    const header = bundleHeaderSchema.parse(JSON.parse(`${line.slice(0, -OPENING.length)}}`));
    return formatBundleHeader(header) === line ? header : undefined;
  } catch {
    return undefined;
  }
}
