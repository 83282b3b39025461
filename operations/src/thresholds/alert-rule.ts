import { z } from "zod";
import { severitySchema } from "./threshold.ts";

const HOUR_MS = 3_600_000;
const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/);

/** Labels that people and machines pick alerts by. */
export const alertLabelsSchema = z
  .record(labelName, z.string().max(200))
  .refine((labels) => Object.keys(labels).length <= 32, "at most 32 labels");

/** Which alerts of any system a firing one keeps quiet: those that fit every member given. */
export const inhibitionSchema = z
  .strictObject({
    system: z.string().min(1).optional(),
    name: z.string().min(1).optional(),
    severity: severitySchema.optional(),
    labels: alertLabelsSchema.default({}),
    /** Labels that both must carry with the same value. */
    equal: z.array(labelName).max(8).default([]),
  })
  .refine(
    ({ system, name, labels, equal }) =>
      system !== undefined || name !== undefined || Object.keys(labels).length + equal.length > 0,
    "names a system, an alert or a label: nothing may keep every alert quiet",
  );
export type Inhibition = z.infer<typeof inhibitionSchema>;

/** When thresholds become a page (operations.md §4). The alert's id is `system.NAME`, as in `coinhubx.DATABASE_UNHEALTHY`. */
export const alertRuleSchema = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Za-z0-9_]+$/),
  /** One sentence: what is broken, for users. */
  summary: z.string().min(1),
  /** Threshold ids; the alert takes the most severe level of any of them. */
  thresholds: z.array(z.string()).min(1),
  runbook: z.string().min(1),
  labels: alertLabelsSchema.default({}),
  /** Names of alerts of the same system that stay quiet while this one fires. */
  inhibits: z.array(z.string()).default([]),
  /** Alerts of any system that stay quiet while this one fires. */
  inhibitsWhere: z.array(inhibitionSchema).max(16).default([]),
  pages: z.enum(["on-call", "everyone"]).default("on-call"),
  /** Stays firing this long after the last time its condition held, against flapping. */
  keepFiringMs: z.int().min(0).default(0),
  /** Once its end was told, it is not told again for this long, unless it is worse. */
  coolDownMs: z
    .int()
    .min(0)
    .max(24 * HOUR_MS)
    .default(0),
  /** Alerts with the same key join one open incident. Left out: one open incident per system. */
  incidentKey: z.string().min(1).optional(),
  /** Alerts of the system with the same group are told in one page. Left out: the incident key, or the whole system. */
  group: z.string().min(1).max(64).optional(),
  /** How long the first page of a group waits for more of it; the shortest of its members counts. */
  groupWaitMs: z.int().min(0).max(HOUR_MS).default(0),
  /** How long news of a group that was told waits for more. */
  groupIntervalMs: z
    .int()
    .min(0)
    .max(24 * HOUR_MS)
    .default(0),
  /** A group that fires on, and that nobody acknowledged, is told again this long after the last time; 0: never. */
  repeatMs: z
    .int()
    .min(0)
    .max(7 * 24 * HOUR_MS)
    .default(4 * HOUR_MS),
});
export type AlertRule = z.infer<typeof alertRuleSchema>;

/** What a system writes to declare an alert rule; members with a default may be left out. */
export type AlertRuleDeclaration = z.input<typeof alertRuleSchema>;

/** Declares an alert rule. @throws ZodError when the declaration is malformed. */
export function alertRule(declaration: AlertRuleDeclaration): AlertRule {
  return alertRuleSchema.parse(declaration);
}
