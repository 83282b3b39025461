import { z } from "zod";
import { timeSchema } from "./identity.ts";

const actorSchema = z.strictObject({
  kind: z.enum(["person", "customer", "service", "system", "anonymous"]),
  id: z.string(),
  name: z.string(),
});
const detailsSchema = z.record(z.string(), z.json());

/** One leaf of the log, as it was hashed, with its place. */
export const auditEntrySchema = z.strictObject({
  sequence: z.int(),
  at: timeSchema,
  actor: actorSchema,
  action: z.string(),
  target: z.string(),
  details: detailsSchema,
  incidentId: z.string().nullable(),
});

export const auditQuery = z.strictObject({
  /** `next` of the page before. */
  cursor: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** Text anywhere in the entry. */
  q: z.string().min(1).max(200).optional(),
  incident: z.string().min(1).max(64).optional(),
});

/** Newest first. */
export const auditPageSchema = z.strictObject({ entries: z.array(auditEntrySchema), next: z.int().nullable() });

export const checkpointSchema = z.strictObject({
  /** Entries under the root. */
  size: z.int(),
  root: z.string(),
  madeAt: timeSchema,
  /** C2SP signed note. */
  note: z.string(),
  verifierKey: z.string(),
});

export const exportQuery = z.strictObject({
  from: z.coerce.number().int().min(0).optional(),
  /** The first entry that is not in the bundle; the end of the log when absent. */
  to: z.coerce.number().int().min(0).optional(),
});

/** What a system's own outbox delivers: its actions begin with its name. */
export const appendEntriesBody = z.strictObject({
  entries: z
    .array(
      z.strictObject({
        actor: actorSchema,
        action: z.string().regex(/^[a-z][a-z0-9_.-]{2,199}$/),
        target: z.string().max(500),
        details: detailsSchema,
        incidentId: z.string().max(64).optional(),
      }),
    )
    .min(1)
    .max(500),
});
export const appendedSchema = z.strictObject({
  receipts: z.array(z.strictObject({ sequence: z.int(), at: timeSchema })),
});
