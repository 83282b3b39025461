import { z } from "zod";

/** `system`, `name`, `severity`, `source`, or a label as `label.team`. */
export const matcherFieldSchema = z
  .string()
  .regex(/^(system|name|severity|source|label\.[a-zA-Z_][a-zA-Z0-9_]{0,63})$/);

/** Words, not expressions: nothing that a person types here can keep the plane busy. */
export const matcherSchema = z.strictObject({
  field: matcherFieldSchema,
  /** `is` any of the values, `is-not` any of them, `starts-with` any of them. A label that is not there is empty. */
  op: z.enum(["is", "is-not", "starts-with"]),
  values: z.array(z.string().max(200)).min(1).max(20),
});
export type Matcher = z.infer<typeof matcherSchema>;

export const matchersSchema = z
  .array(matcherSchema)
  .min(1)
  .max(10)
  .refine(
    (matchers) => matchers.some(({ op, values }) => op !== "is-not" && values.every((value) => value !== "")),
    "at least one matcher says what is silenced; none may silence everything",
  );

const whoSchema = z.strictObject({ id: z.string(), name: z.string() });
const reasonSchema = z.string().trim().min(3).max(500);

export const silenceSchema = z.strictObject({
  id: z.string(),
  matchers: z.array(matcherSchema),
  reason: z.string(),
  by: whoSchema,
  createdAt: z.string(),
  endsAt: z.string(),
  /** When somebody ended it before its time. */
  endedAt: z.string().nullable(),
  endedBy: z.string().nullable(),
  isActive: z.boolean(),
  /** How many firing alerts it keeps quiet now. */
  alerts: z.number(),
});
export type SilenceView = z.infer<typeof silenceSchema>;
export const silenceListSchema = z.strictObject({ silences: z.array(silenceSchema) });

export const silenceBodySchema = z.strictObject({
  matchers: matchersSchema,
  reason: reasonSchema,
  /** RFC 3339; at most seven days from now. */
  endsAt: z.iso.datetime({ offset: true }),
});

export const maintenanceSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** Null: the whole platform. */
  system: z.string().nullable(),
  /** Components of the status page; none: all of the system. */
  components: z.array(z.string()),
  startsAt: z.string(),
  endsAt: z.string(),
  by: whoSchema,
  /** Shown on the status page. */
  public: z.boolean(),
  /** Critical alerts page all the same. */
  pagesCritical: z.boolean(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  endedBy: z.string().nullable(),
  state: z.enum(["planned", "active", "over", "cancelled"]),
});
export type MaintenanceView = z.infer<typeof maintenanceSchema>;
export const maintenanceListSchema = z.strictObject({ windows: z.array(maintenanceSchema) });

export const maintenanceBodySchema = z.strictObject({
  title: z.string().trim().min(3).max(200),
  system: z.string().min(1).max(64).nullable(),
  components: z.array(z.string().min(1).max(64)).max(50).default([]),
  startsAt: z.iso.datetime({ offset: true }),
  /** At most seven days after the start. */
  endsAt: z.iso.datetime({ offset: true }),
  public: z.boolean(),
  pagesCritical: z.boolean(),
});

export const quietQuerySchema = z.strictObject({ state: z.enum(["current", "all"]).default("current") });
