import { z } from "zod";
import { environmentSchema } from "./approvals.ts";
import { drillStatusSchema } from "./drills.ts";
import { timeSchema } from "./identity.ts";
import { stepUpProofSchema, totpSchema } from "./step-up.ts";

/** A value a person gives when a run starts. */
export const placeValueSchema = z.union([z.string().max(1_000), z.number(), z.boolean()]);
const paramsSchema = z.record(z.string().max(64), placeValueSchema);
const whoSchema = z.strictObject({ id: z.string(), name: z.string() });
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const verdictSchema = z.enum(["passed", "failed", "inconclusive", "skipped"]);
export const runStateSchema = z.enum([
  "running",
  "waiting_for_person",
  "waiting_for_approval",
  "stopped",
  "finished",
  "aborted",
]);
export const decisionSchema = z.enum(["retry", "skip", "rollback", "continue"]);

/** Something wrong with a runbook's text; it does not run until that is mended. */
export const problemSchema = z.strictObject({
  rule: z.string(),
  message: z.string(),
  line: z.int(),
  column: z.int(),
  /** It may run like this, and somebody should know. */
  isWarning: z.boolean(),
});

export const parameterSchema = z.strictObject({
  type: z.enum(["string", "integer", "boolean", "url", "choice"]),
  required: z.boolean(),
  default: placeValueSchema.optional(),
  choices: z.array(z.string()).optional(),
  pattern: z.string().optional(),
  description: z.string().optional(),
});

export const runbookSummarySchema = z.strictObject({
  system: z.string(),
  id: z.string(),
  version: z.int(),
  sha256: sha256Schema,
  title: z.string(),
  severity: z.enum(["P0", "P1", "P2", "P3"]).nullable(),
  /** `system.NAME` */
  alerts: z.array(z.string()),
  covers: z.array(z.string()),
  environments: z.array(environmentSchema),
  steps: z.int(),
  /** The fault whose drill proves it, where there is one. */
  drill: z.string().nullable(),
  /** False while the system names a newer text that could not be fetched. */
  isCurrent: z.boolean(),
  problems: z.int(),
});
export type RunbookSummaryView = z.infer<typeof runbookSummarySchema>;

/** One step with everything filled in that is known; what is captured only later stays `{{capture.name}}`. */
export const plannedStepSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  kind: z.enum(["check", "command", "action", "manual"]),
  effect: z.enum(["read", "write", "danger", "none"]),
  block: z.enum(["http", "sh", "sql", "promql", "action", "manual"]),
  /** People who must sign: 0 where the machine goes on alone. */
  people: z.int(),
  /** As one would type it; secrets stay names of variables. */
  command: z.string(),
  /** The action as a sentence. */
  sentence: z.string().nullable(),
  expects: z.array(z.string()),
  within: z.string().nullable(),
  timeout: z.string().nullable(),
  /** What the box of a dangerous step says, as Markdown. */
  caution: z.strictObject({ people: z.string(), effect: z.string(), undo: z.string() }).nullable(),
  rollback: z.string().nullable(),
  /** It runs only to undo another step. */
  isUndo: z.boolean(),
  /** Left out in this environment. */
  isSkipped: z.boolean(),
  items: z.array(z.strictObject({ text: z.string(), noteRequired: z.boolean() })),
  /** Markdown before the block, without the caution box. */
  prose: z.string(),
  line: z.int(),
});
export type PlannedStepView = z.infer<typeof plannedStepSchema>;

export const runbookSchema = runbookSummarySchema.extend({
  markdown: z.string(),
  params: z.record(z.string(), parameterSchema),
  plan: z.array(plannedStepSchema),
  found: z.array(problemSchema),
  environment: environmentSchema,
});
export type RunbookView = z.infer<typeof runbookSchema>;

/** A runbook in the list: also how it went last, and what its drill says. */
export const listedRunbookSchema = runbookSummarySchema.extend({
  lastRun: z
    .strictObject({ id: z.string(), state: runStateSchema, verdict: verdictSchema.nullable(), startedAt: timeSchema })
    .nullable(),
  drillStatus: drillStatusSchema,
});
export type ListedRunbookView = z.infer<typeof listedRunbookSchema>;
export const runbookListSchema = z.strictObject({ runbooks: z.array(listedRunbookSchema) });

/** A query as a `promql` step asks it. */
export const promqlQuery = z.strictObject({ system: z.string().max(64), query: z.string().max(2_000) });
export const promqlAnswerSchema = z.strictObject({
  /** `[{"labels": {…}, "value": 3}]` */
  samples: z.json(),
  /** Why nobody can tell. */
  trouble: z.string().nullable(),
});

export const runSchema = z.strictObject({
  id: z.string(),
  system: z.string(),
  runbook: z.strictObject({ id: z.string(), version: z.int(), sha256: sha256Schema, title: z.string() }),
  environment: environmentSchema,
  params: paramsSchema,
  incidentId: z.string().nullable(),
  startedBy: whoSchema,
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
  state: runStateSchema,
  /** The step it stands at. */
  cursor: z.string().nullable(),
  /** The step that is being undone. */
  undoing: z.string().nullable(),
  verdict: z.enum(["passed", "failed", "inconclusive"]).nullable(),
  /** What a person may decide now, the suggested one first. */
  offers: z.array(decisionSchema),
  reason: z.string().nullable(),
  /** Who wants it to stop before its next step. */
  pauseAskedBy: z.string().nullable(),
});
export type RunView = z.infer<typeof runSchema>;
export const runListSchema = z.strictObject({ runs: z.array(runSchema) });

export const expectationResultSchema = z.strictObject({
  text: z.string(),
  expected: z.json(),
  observed: z.json(),
  verdict: z.enum(["passed", "failed", "inconclusive"]),
  reason: z.string().nullable(),
});

export const stepRunSchema = z.strictObject({
  id: z.string(),
  step: z.string(),
  attempt: z.int(),
  state: z.enum(["running", "waiting_for_person", "waiting_for_approval", "done"]),
  verdict: verdictSchema.nullable(),
  command: z.string(),
  /** Redacted, at most 16 KiB. */
  output: z.string(),
  /** Of the whole redacted output. */
  outputSha256: sha256Schema.nullable(),
  truncated: z.boolean(),
  expectations: z.array(expectationResultSchema),
  approvalId: z.string().nullable(),
  signedBy: whoSchema.nullable(),
  note: z.string().nullable(),
  itemNotes: z.array(z.string().nullable()),
  reason: z.string().nullable(),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
});
export type StepRunView = z.infer<typeof stepRunSchema>;

export const runDetailSchema = z.strictObject({
  run: runSchema,
  /** In the order they were started; a retried step has several. */
  steps: z.array(stepRunSchema),
  /** The pinned text and its steps with this run's values. */
  markdown: z.string(),
  plan: z.array(plannedStepSchema),
});
export type RunDetailView = z.infer<typeof runDetailSchema>;

/** A run to take along: with the audit log it proves itself without a server. */
export const transcriptSchema = z.strictObject({
  format: z.literal("assay.run.v1"),
  run: runSchema,
  steps: z.array(stepRunSchema),
  /** The runbook's text as it was run. */
  text: z.string(),
  /** SHA-256 of the canonical JSON (RFC 8785) of run, steps and text. */
  digest: sha256Schema,
});
export type TranscriptView = z.infer<typeof transcriptSchema>;

const systemQuery = z.string().max(64).optional();
/** With `sha256`, the text that a run was pinned to. */
export const runbookQuery = z.strictObject({ system: systemQuery, sha256: sha256Schema.optional() });
export const planBody = z.strictObject({ system: systemQuery, params: paramsSchema.default({}) });
export const plannedSchema = z.strictObject({ plan: z.array(plannedStepSchema) });

export const startRunBody = z.strictObject({
  system: systemQuery,
  params: paramsSchema.default({}),
  /** Typed by the person: it must be where the system runs. */
  environment: environmentSchema,
  incidentId: z.string().max(64).optional(),
  /** The text the person looked at. */
  sha256: sha256Schema.optional(),
});

export const runQuery = z.strictObject({
  state: z.enum(["open", "all"]).default("all"),
  system: systemQuery,
  runbook: z.string().max(100).optional(),
  incidentId: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const noteSchema = z.string().trim().max(2_000);
export const continueBody = z.strictObject({ decision: decisionSchema, note: noteSchema.optional() });
export const abortBody = z.strictObject({ reason: noteSchema.min(1) });
export const signBody = z.strictObject({
  /** Each item of the list: whether it is so. Empty for an action. */
  items: z
    .array(z.strictObject({ done: z.boolean(), note: noteSchema.optional() }))
    .max(50)
    .default([]),
  note: noteSchema.optional(),
  /** For an action that one person may do. */
  totp: totpSchema.optional(),
  stepUp: stepUpProofSchema.optional(),
});
