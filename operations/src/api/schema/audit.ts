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

const filterMembers = {
  /** Text anywhere in the entry. */
  q: z.string().min(1).max(200).optional(),
  incident: z.string().min(1).max(64).optional(),
  /** Beginning of the action. */
  action: z.string().min(1).max(200).optional(),
  /** Id of who did it. */
  actor: z.string().min(1).max(200).optional(),
  target: z.string().min(1).max(500).optional(),
  since: timeSchema.optional(),
  until: timeSchema.optional(),
};

export const auditQuery = z.strictObject({
  /** `next` of the page before. */
  cursor: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  ...filterMembers,
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
  /** Size of an earlier checkpoint: the bundle then proves that the log only grew since. */
  grownSince: z.coerce.number().int().min(0).optional(),
  ...filterMembers,
});

export const consistencyQuery = z.strictObject({
  from: z.coerce.number().int().min(0),
  /** The log as it stands when absent. */
  to: z.coerce.number().int().min(0).optional(),
});

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** That the log of `to` entries begins with the log of `from` entries (RFC 6962 §2.1.2), in hex. */
export const consistencySchema = z.strictObject({
  from: z.int(),
  to: z.int(),
  fromRoot: hashSchema,
  toRoot: hashSchema,
  proof: z.array(hashSchema),
});

/** What people must know of the log before they believe it. */
export const auditStateSchema = z.strictObject({
  /** Null while the table is what was signed; otherwise nothing dangerous is done. */
  problem: z.strictObject({ code: z.string(), at: z.int(), since: timeSchema }).nullable(),
  witnesses: z.array(
    z.strictObject({
      name: z.string(),
      /** Size of the last checkpoint it took. */
      size: z.int().nullable(),
      takenAt: timeSchema.nullable(),
      failingSince: timeSchema.nullable(),
      error: z.string().nullable(),
    }),
  ),
  /** Payloads of older entries end; their hashes stay. */
  retentionDays: z.int(),
});
export type AuditStateView = z.infer<typeof auditStateSchema>;

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
