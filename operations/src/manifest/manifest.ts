import { z } from "zod";
import { alertRuleSchema } from "../thresholds/alert-rule.ts";
import { thresholdSchema } from "../thresholds/threshold.ts";
import { backupSchema } from "./backup.ts";
import { checklistSchema } from "./checklist.ts";
import { componentSchema } from "./component.ts";
import { jsonSchemaSchema, jsonSelectSchema, roleSchema, systemNameSchema } from "./names.ts";
import { reportSchema } from "./report.ts";

export { type Role, roleSchema } from "./names.ts";

/** How much an action can break: `danger` needs a grant of the plane, `write` an operator, `read` a viewer. */
export const effectSchema = z.enum(["read", "write", "danger"]);
export type Effect = z.infer<typeof effectSchema>;

export const serviceSchema = z.strictObject({
  name: z.string().min(1),
  /** Base address on which the plane and a runbook's `{{services.name}}` reach it. */
  url: z.url(),
});

export const healthCheckSchema = z.strictObject({
  id: z.string().min(1),
  service: z.string().min(1),
  path: z.string().startsWith("/"),
  everyMs: z.int().min(500).default(5_000),
  timeoutMs: z.int().min(100).max(30_000).default(2_000),
  /** `liveness` wants any 200; `readiness` also reads `status` and `checks` from the body, also of a 503. */
  kind: z.enum(["liveness", "readiness"]).default("liveness"),
});

export const killSwitchSchema = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  /** What stops, in one sentence that a person reads at night. */
  effect: z.string().min(1),
  engageAction: z.string().min(1),
  releaseAction: z.string().min(1),
  /** Where its present position is read; without it, or when it cannot be read, the position is unknown. */
  state: z
    .strictObject({
      /** One of `reads`. */
      read: z.string().startsWith("/"),
      /** The list in its answer, as `$.flags`. */
      select: jsonSelectSchema,
      /** The entry of the list whose members are these. */
      entry: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      /** The member that tells, and what it is while the switch is engaged. */
      member: z.string().min(1),
      engaged: z.union([z.string(), z.number(), z.boolean()]),
    })
    .optional(),
});

export const actionSchema = z.strictObject({
  /** `coinhubx.trading.enable`; executed by POST `/ops/actions/{name}` on the system. */
  name: z.string().min(1),
  title: z.string().min(1),
  effect: effectSchema,
  /** JSON Schema (2020-12) of the parameters, `additionalProperties: false`. */
  params: jsonSchemaSchema,
  /** The action as a sentence with `{param}` places, shown to everyone who must agree. */
  sentence: z.string().min(1),
  /** What else it touches, for the dialog. */
  blastRadius: z.string().min(1),
  /** The people policy: how many distinct people, and roles of which each must be held by at least one of them. */
  people: z.int().min(1).max(5),
  roles: z.array(roleSchema).min(1),
  /** `stop` is made fast and has a short approval clock; `start` is the other direction. */
  direction: z.enum(["stop", "start", "neutral"]),
  pagesEveryone: z.boolean(),
  /** The action, or the sentence, that undoes it. */
  undo: z.string().min(1),
});
export type ActionDescription = z.infer<typeof actionSchema>;

export const runbookRefSchema = z.strictObject({
  id: z.string().min(1),
  version: z.int().min(1),
  sha256: z.string().length(64),
  /** Path on the system that serves the Markdown; of a manifest file also `file:` and a path beside that file. */
  path: z.string().regex(/^(\/|file:).+/, "is a path, or file: and a path beside the manifest"),
});

/** A program of the drill's allow-list and its arguments; nothing in them is expanded by a shell. */
export const programSchema = z.strictObject({
  program: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "is the name of a program, without a path"),
  args: z.array(z.string().max(1_000)).max(50).default([]),
});

/** How a drill starts a service that is not ours, from the folder of the manifest file. */
export const startSchema = z.strictObject({
  service: z.string().min(1),
  ...programSchema.shape,
});

export const faultSchema = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  alert: z.string().min(1),
  detectWithinMs: z.int().positive(),
  recoverWithinMs: z.int().positive(),
  /** For a service that is not ours: the program that breaks it. Only a manifest file names one, and only a drill runs it. */
  inject: programSchema.optional(),
});

/** Charts of the system page: the number that the rule compares, by threshold id, or any metric. */
export const panelSchema = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  kind: z.enum(["chart", "table", "figure"]),
  threshold: z.string().optional(),
  metric: z.string().optional(),
  /** For `table` and `figure`: one of `reads` and where in its JSON the rows or the figure are (`$.a.b`). */
  read: z.string().optional(),
  select: z.string().optional(),
  everyMs: z.int().min(500).default(5_000),
});

/** Where the nodes of a release are listed. */
export const rolloutSchema = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  inventoryPath: z.string().startsWith("/"),
});

/** How a system, ours or not, meets the plane (operations.md §2). Unknown members are refused; what it has not may be left out. */
export const manifestSchema = z.strictObject({
  system: systemNameSchema,
  title: z.string().min(1),
  version: z.string().min(1),
  environment: z.enum(["local", "staging", "production"]),
  services: z.array(serviceSchema).min(1),
  healthChecks: z.array(healthCheckSchema).default([]),
  /** Prometheus text endpoints, one per process: `{ service, path }`. */
  metrics: z.array(z.strictObject({ service: z.string().min(1), path: z.string().startsWith("/") })).default([]),
  thresholds: z.array(thresholdSchema).default([]),
  alertRules: z.array(alertRuleSchema).default([]),
  killSwitches: z.array(killSwitchSchema).default([]),
  actions: z.array(actionSchema).default([]),
  runbooks: z.array(runbookRefSchema).default([]),
  components: z.array(componentSchema).default([]),
  checklists: z.array(checklistSchema).default([]),
  reports: z.array(reportSchema).default([]),
  backups: z.array(backupSchema).default([]),
  /** A seam: what runs releases comes with its first user. */
  rollouts: z.array(rolloutSchema).default([]),
  faults: z.array(faultSchema).default([]),
  /** Only a manifest file names programs, and only a drill starts them. */
  drillStart: z.array(startSchema).max(8).default([]),
  panels: z.array(panelSchema).default([]),
  /** GET paths of the system that the console may read through the plane, each with the role it needs. */
  reads: z.array(z.strictObject({ path: z.string().startsWith("/"), role: roleSchema })).default([]),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a system writes to describe itself; members with a default may be left out. */
export type ManifestDeclaration = z.input<typeof manifestSchema>;
