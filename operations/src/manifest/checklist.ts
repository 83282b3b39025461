import { z } from "zod";
import { severitySchema } from "../thresholds/threshold.ts";
import { jsonSelectSchema, matcherSchema, roleSchema, timeOfDaySchema, timeZoneSchema } from "./names.ts";

/** What an automatic item looks at. It is done when it holds, and never when it could not be looked at. */
export const itemCheckSchema = z.discriminatedUnion("kind", [
  /** The threshold's present value is on its target's side. */
  z.strictObject({ kind: z.literal("threshold"), id: z.string().min(1) }),
  /** The health check is healthy. */
  z.strictObject({ kind: z.literal("health"), id: z.string().min(1) }),
  /** No alert of the system fires at this severity or above. */
  z.strictObject({ kind: z.literal("alerts"), none: severitySchema }),
  /** What one of the system's `reads` answers at `select` fulfils the matcher. */
  z.strictObject({
    kind: z.literal("read"),
    path: z.string().startsWith("/"),
    select: jsonSelectSchema,
    matcher: matcherSchema,
  }),
  /** The plane's own records of a backup: its newest copy was verified, or a restore drill passed, within that time. */
  z.strictObject({
    kind: z.literal("backup"),
    name: z.string().min(1),
    what: z.enum(["verified", "drilled"]),
    withinMs: z.int().positive(),
  }),
]);
export type ItemCheck = z.infer<typeof itemCheckSchema>;

export const checklistItemSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  title: z.string().min(1),
  /** Who may tick it; an operator when left out. */
  role: roleSchema.optional(),
  note: z.enum(["none", "optional", "required"]).default("optional"),
  /** With a check the item does itself. */
  check: itemCheckSchema.optional(),
});

/** Routine that is done again and again, with an explicit time zone; late is an alert. */
export const checklistSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  title: z.string().min(1),
  /** IANA name, such as `Europe/Zurich`. */
  timeZone: timeZoneSchema.default("UTC"),
  every: z.enum(["day", "week", "month"]).default("day"),
  /** 1 is Monday; only with `every: week`. */
  weekday: z.int().min(1).max(7).optional(),
  /** A month that has no such day takes its last; only with `every: month`. */
  dayOfMonth: z.int().min(1).max(31).optional(),
  /** Wall time in the time zone. */
  opensAt: timeOfDaySchema.default("00:00"),
  /** Wall time later the same day; not done by then is an alert. */
  dueAt: timeOfDaySchema.default("23:59"),
  /** Who may sign it off as a whole. */
  signOff: roleSchema.default("operator"),
  /** How bad it is when it is not signed off in time. */
  severity: severitySchema.default("warning"),
  /** The heading or line it comes from. */
  source: z.string().default(""),
  items: z.array(checklistItemSchema).max(100).default([]),
});
export type ChecklistDeclaration = z.infer<typeof checklistSchema>;
