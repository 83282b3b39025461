import { DAY_MS, MINUTE_MS, parseInstant } from "@assay/primitives/instant";
import { z } from "zod";
import { roleSchema } from "../../manifest/names.ts";
import { severitySchema } from "../../thresholds/threshold.ts";

/** `primary`: what schedules, policies and heartbeats are called in links and commands. */
export const onCallIdSchema = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "lower-case letters, digits and dashes");

const personId = z.string().min(1).max(64);

/** Whom a step tells. */
export const escalationTargetSchema = z.discriminatedUnion("kind", [
  /** Who is on call in the schedule at that moment; everyone when nobody is. */
  z.strictObject({ kind: z.literal("on-call"), schedule: onCallIdSchema }),
  /** Who is on call after that. */
  z.strictObject({ kind: z.literal("next-on-call"), schedule: onCallIdSchema }),
  z.strictObject({ kind: z.literal("person"), person: personId }),
  z.strictObject({ kind: z.literal("role"), role: roleSchema }),
  z.strictObject({ kind: z.literal("everyone") }),
  /** A channel that belongs to no person, such as a team's. */
  z.strictObject({ kind: z.literal("channel"), channel: z.string().min(1).max(64) }),
]);
export type EscalationTarget = z.infer<typeof escalationTargetSchema>;

export const escalationStepSchema = z.strictObject({
  title: z.string().trim().min(1).max(60),
  /** After the page began, without an answer. */
  afterMs: z.int().min(0).max(DAY_MS),
  targets: z.array(escalationTargetSchema).min(1).max(10),
});
export type EscalationStep = z.infer<typeof escalationStepSchema>;

/** What somebody writes to make or change a policy. */
export const escalationPolicyInputSchema = z
  .strictObject({
    title: z.string().trim().min(1).max(120),
    /** What it is for; an empty list is any. */
    systems: z.array(z.string().min(1).max(64)).max(50).default([]),
    severities: z.array(severitySchema).max(4).default([]),
    steps: z.array(escalationStepSchema).min(1).max(10),
    /** A page without an answer is told again to the same people after this; null never does. */
    remindAfterMs: z.int().min(MINUTE_MS).max(DAY_MS).nullable(),
    /** After the last step all begins again. */
    repeatAfterMs: z
      .int()
      .min(5 * MINUTE_MS)
      .max(DAY_MS),
  })
  .refine(({ steps }) => steps[0]?.afterMs === 0, { path: ["steps"], message: "the first step must begin at once" })
  .refine(({ steps }) => steps.every((step, index) => index === 0 || step.afterMs > steps[index - 1]!.afterMs), {
    path: ["steps"],
    message: "each step must come after the one before",
  });

export const escalationPolicySchema = z.strictObject({
  id: onCallIdSchema,
  ...escalationPolicyInputSchema.shape,
  version: z.int(),
});
export type EscalationPolicy = z.infer<typeof escalationPolicySchema>;

const dateSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "a day such as 2026-03-29");
const timeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of the day such as 09:30");

/** Hours and days to which a rotation is restricted; `to` at or before `from` is the next day. */
export const restrictionSchema = z.strictObject({
  /** 1 is Monday, 7 is Sunday: the day on which the hours begin. */
  weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
  from: timeSchema,
  to: timeSchema,
});

/** People who take turns. */
export const rotationSchema = z.strictObject({
  id: onCallIdSchema,
  title: z.string().trim().min(1).max(60),
  /** In the order of their turns. */
  people: z.array(personId).min(1).max(20),
  every: z.strictObject({ unit: z.enum(["day", "week"]), count: z.int().min(1).max(12) }),
  /** On the clock on the wall of the schedule's time zone. */
  handOverAt: timeSchema,
  /** The first person's first turn begins on this day; a weekly rotation hands over on its weekday. */
  startsOn: dateSchema,
  only: restrictionSchema.nullable(),
});
export type Rotation = z.infer<typeof rotationSchema>;

/** What somebody writes to make or change a schedule. */
export const scheduleInputSchema = z.strictObject({
  title: z.string().trim().min(1).max(120),
  /** An IANA name such as Europe/Berlin. */
  timeZone: z.string().min(1).max(64),
  /** Of two layers that have somebody the later one wins. */
  layers: z.array(rotationSchema).max(10),
});
export type ScheduleInput = z.infer<typeof scheduleInputSchema>;

export const scheduleSchema = z.strictObject({ id: onCallIdSchema, ...scheduleInputSchema.shape, version: z.int() });
export type Schedule = z.infer<typeof scheduleSchema>;

/** What somebody writes: the version they saw, 0 for something new. A change since then is refused. */
export const putScheduleSchema = z.strictObject({ ...scheduleInputSchema.shape, version: z.int().min(0) });
export const putPolicySchema = z.strictObject({
  version: z.int().min(0),
  policy: escalationPolicyInputSchema,
});

export const momentSchema = z
  .string()
  .max(40)
  .refine((text) => parseInstant(text).ok, "a time such as 2026-03-29T09:00:00Z");

export const overrideInputSchema = z.strictObject({
  person: personId,
  /** Left out: now. */
  from: momentSchema.optional(),
  /** At most 31 days later: what is meant for longer is a change of the rotation. */
  to: momentSchema,
  reason: z.string().trim().min(1).max(500),
});
export type OverrideInput = z.infer<typeof overrideInputSchema>;

const namedSchema = z.strictObject({ id: z.string(), name: z.string() });
const sourceSchema = z.enum(["rotation", "override", "gap"]);

export const overrideSchema = z.strictObject({
  id: z.string(),
  schedule: onCallIdSchema,
  person: namedSchema,
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  by: namedSchema,
});
export type OverrideView = z.infer<typeof overrideSchema>;

export const shiftSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  /** Null in a gap: then everyone is called. */
  person: namedSchema.nullable(),
  source: sourceSchema,
  sourceId: z.string(),
});
export type ShiftView = z.infer<typeof shiftSchema>;

/** One schedule now. */
export const onCallNowSchema = z.strictObject({
  id: onCallIdSchema,
  title: z.string(),
  timeZone: z.string(),
  person: namedSchema.nullable(),
  source: sourceSchema,
  /** When somebody else, or nobody, is on call; null when nothing changes for three months. */
  until: z.string().nullable(),
  next: namedSchema.nullable(),
});
export type OnCallNowView = z.infer<typeof onCallNowSchema>;

export const onCallSchema = z.strictObject({
  /** Who is called first for anything that has no policy of its own, by id. */
  people: z.array(z.string()),
  /** Nobody is on call there, so everyone is called. */
  isEveryone: z.boolean(),
  schedules: z.array(onCallNowSchema),
});
export type OnCallView = z.infer<typeof onCallSchema>;

export const scheduleDetailSchema = z.strictObject({
  schedule: scheduleSchema,
  now: onCallNowSchema,
  shifts: z.array(shiftSchema),
  overrides: z.array(overrideSchema),
});
export type ScheduleDetail = z.infer<typeof scheduleDetailSchema>;

/** Which days to show, from the beginning of today in the schedule's zone. */
export const timelineQuerySchema = z.strictObject({ days: z.coerce.number().int().min(1).max(42).default(14) });

export const policyListSchema = z.strictObject({ policies: z.array(escalationPolicySchema) });

/** One thing that people are being called for. */
export const calledPageSchema = z.strictObject({
  id: z.string(),
  subject: z.string(),
  system: z.string().nullable(),
  severity: severitySchema,
  title: z.string(),
  text: z.string(),
  /** Console page of the thing itself. */
  url: z.string(),
  state: z.enum(["calling", "acknowledged", "ended"]),
  policy: z.strictObject({ id: z.string(), title: z.string() }),
  startedAt: z.string(),
  /** How many times it began from the top. */
  round: z.int(),
  told: z.array(namedSchema),
  next: z.strictObject({ title: z.string(), at: z.string() }).nullable(),
  acknowledgement: z.strictObject({ by: namedSchema, until: z.string() }).nullable(),
  endedAt: z.string().nullable(),
});
export type CalledPage = z.infer<typeof calledPageSchema>;
export const calledPageListSchema = z.strictObject({ pages: z.array(calledPageSchema) });

export const acknowledgePageSchema = z.strictObject({
  /** Then it calls again. */
  minutes: z.int().min(1).max(1_440).default(30),
  note: z.string().trim().max(2_000).default(""),
});
