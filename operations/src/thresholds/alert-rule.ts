import { z } from "zod";

/** When thresholds become a page (operations.md §4). The alert's id is `system.NAME`, as in `coinhubx.DATABASE_UNHEALTHY`. */
export const alertRuleSchema = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Za-z0-9_]+$/),
  /** One sentence: what is broken, for users. */
  summary: z.string().min(1),
  /** Threshold ids; the alert takes the most severe level of any of them. */
  thresholds: z.array(z.string()).min(1),
  runbook: z.string().min(1),
  /** Names of alerts of the same system that stay quiet while this one fires. */
  inhibits: z.array(z.string()).default([]),
  pages: z.enum(["on-call", "everyone"]).default("on-call"),
  /** Stays firing this long after the last time its condition held, against flapping. */
  keepFiringMs: z.int().min(0).default(0),
  /** Alerts with the same key join one open incident. Left out: one open incident per system. */
  incidentKey: z.string().min(1).optional(),
});
export type AlertRule = z.infer<typeof alertRuleSchema>;

/** What a system writes to declare an alert rule; members with a default may be left out. */
export type AlertRuleDeclaration = z.input<typeof alertRuleSchema>;

/** Declares an alert rule. @throws ZodError when the declaration is malformed. */
export function alertRule(declaration: AlertRuleDeclaration): AlertRule {
  return alertRuleSchema.parse(declaration);
}
