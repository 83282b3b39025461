import { z } from "zod";
import { checklistSchema } from "../../manifest/checklist.ts";
import { roleSchema } from "../../manifest/names.ts";

export const itemVerdictSchema = z.enum(["passed", "failed", "inconclusive"]);
export type ItemVerdictView = z.infer<typeof itemVerdictSchema>;

export const tickSchema = z.strictObject({
  sequence: z.int(),
  item: z.string(),
  verdict: itemVerdictSchema,
  observed: z.string().nullable(),
  source: z.string().nullable(),
  /** RFC 3339, like every time here. */
  observedAt: z.string().nullable(),
  note: z.string(),
  by: z.strictObject({ kind: z.string(), id: z.string(), name: z.string() }),
  at: z.string(),
});

export const roundItemSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  role: roleSchema,
  note: z.enum(["none", "optional", "required"]),
  /** What an automatic item looks at; null for one that a person looks at. */
  automatic: z.string().nullable(),
  /** Null while nobody looked. */
  verdict: itemVerdictSchema.nullable(),
  /** What was written about the verdict that stands. */
  remark: z.string(),
  /** Whether it keeps the round from being signed off. */
  open: z.boolean(),
  last: tickSchema.nullable(),
});
export type RoundItemView = z.infer<typeof roundItemSchema>;

export const roundStateSchema = z.enum(["open", "overdue", "signed", "signed late"]);

export const roundSchema = z.strictObject({
  id: z.string(),
  system: z.string(),
  checklist: z.string(),
  title: z.string(),
  /** Calendar day in the time zone. */
  period: z.string(),
  timeZone: z.string(),
  source: z.string(),
  signOff: roleSchema,
  opensAt: z.string(),
  dueAt: z.string(),
  state: roundStateSchema,
  signedAt: z.string().nullable(),
  signedBy: z.string().nullable(),
  note: z.string(),
  items: z.array(roundItemSchema),
});
export type RoundView = z.infer<typeof roundSchema>;

export const roundDetailSchema = z.strictObject({ round: roundSchema, history: z.array(tickSchema) });
export type RoundDetailView = z.infer<typeof roundDetailSchema>;

export const roundListSchema = z.strictObject({ rounds: z.array(roundSchema), nextCursor: z.string().nullable() });

export const declaredChecklistSchema = z.strictObject({
  system: z.string(),
  checklist: checklistSchema,
  /** When its next round opens. */
  nextOpensAt: z.string(),
});
export const checklistListSchema = z.strictObject({ checklists: z.array(declaredChecklistSchema) });
export type DeclaredChecklistView = z.infer<typeof declaredChecklistSchema>;

export const roundQuerySchema = z.strictObject({
  state: z.enum(["open", "all"]).default("open"),
  system: z.string().max(64).optional(),
  checklist: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(64).optional(),
});

const noteSchema = z.string().trim().max(2_000).default("");
export const tickBodySchema = z.strictObject({ verdict: z.enum(["passed", "failed"]).optional(), note: noteSchema });
export const runBodySchema = z.strictObject({ item: z.string().max(64).optional() });
export const signBodySchema = z.strictObject({ note: noteSchema });
