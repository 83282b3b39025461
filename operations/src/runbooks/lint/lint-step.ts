import { MINUTE_MS } from "@assay/primitives/instant";
import { formatDuration } from "../document/duration.ts";
import type { Place } from "../document/problem.ts";
import { retryPauses } from "../document/retry.ts";
import type { Runbook, Step } from "../document/runbook.ts";
import type { Subject } from "../expect/expectation.ts";
import { createRedactor } from "../run/redact.ts";
import { undoSteps } from "../run/run-rules.ts";
import { registeredMetrics } from "../threshold-values.ts";
import { lintAction } from "./lint-action.ts";
import type { LintInput } from "./lint-context.ts";
import { lintHttp } from "./lint-http.ts";
import { lintPromql } from "./lint-promql.ts";
import { lintShell } from "./lint-shell.ts";

const MAX_TIMEOUT_MS = 15 * MINUTE_MS;
const MAX_WITHIN_MS = 30 * MINUTE_MS;
const MAX_RETRY_MS = 10 * MINUTE_MS;

/** What each kind of block leaves behind to be looked at; the plane's own subjects can follow any block. */
const OWN_SUBJECTS: Readonly<Record<Step["block"]["kind"], readonly Subject[]>> = {
  http: ["status", "header", "json", "text"],
  sh: ["exit", "json", "text"],
  sql: ["rows", "json"],
  promql: ["rows", "json"],
  action: ["state", "json"],
  manual: [],
};
const PLANE_SUBJECTS: readonly Subject[] = ["metric", "alert", "event"];

/** At the heading of the step, unless a nearer place is known. */
export type Complain = (rule: string, message: string, at?: Place & { readonly isWarning?: boolean }) => void;

/** Rules about one step: bounds, undo, what it may do and what it may look at. */
export function lintSteps(input: LintInput): void {
  for (const step of input.runbook.steps) {
    const complain: Complain = (rule, message, at = { line: step.line, column: 1 }) =>
      input.problems.add(rule, at, `step ${step.name}: ${message}`);
    lintBounds(step, complain);
    lintUndo(step, input.runbook, complain);
    lintGoto(step, input.runbook, complain);
    lintCaptures(step, complain);
    lintSubjects(step, input, complain);
    lintBlock(step, input, complain);
  }
}

function lintBounds(step: Step, complain: Complain): void {
  const { timeoutMs = 0, retry, expect, effect } = step;
  if (timeoutMs > MAX_TIMEOUT_MS) complain("bounds", `a timeout is at most ${formatDuration(MAX_TIMEOUT_MS)}`);
  if ((expect?.withinMs ?? 0) > MAX_WITHIN_MS) complain("bounds", `within is at most ${formatDuration(MAX_WITHIN_MS)}`);
  if (retry && retryPauses(retry).reduce((sum, ms) => sum + ms, 0) > MAX_RETRY_MS)
    complain("bounds", `retries last at most ${formatDuration(MAX_RETRY_MS)}`);
  if (retry && effect !== "read") complain("retry-read", "only a step that changes nothing is retried by itself");
}

/** A run only ever goes forward, so it ends. */
function lintGoto({ onFail, index }: Step, runbook: Runbook, complain: Complain): void {
  if (typeof onFail === "string") return;
  const target = runbook.steps.find(({ name }) => name === onFail.goto);
  if (target === undefined) complain("goto", `no step is named \`${onFail.goto}\``);
  else if (target.index <= index) complain("goto", `\`${onFail.goto}\` is not a later step`);
  else if (undoSteps(runbook).has(onFail.goto)) complain("goto", `\`${onFail.goto}\` runs only as an undo`);
}

function lintUndo(step: Step, runbook: Runbook, complain: Complain): void {
  const { rollback, effect, onFail } = step;
  if (effect === "danger" && rollback === undefined)
    complain("rollback", "a dangerous step names its undo: rollback=step, or rollback=none with a reason in its box");
  if (onFail === "rollback" && (rollback === undefined || rollback === "none"))
    complain("rollback", "on-fail=rollback needs a rollback step");
  if (rollback === undefined || rollback === "none") return;
  const target = runbook.steps.find(({ name }) => name === rollback);
  if (target === undefined) {
    complain("rollback", `no step is named \`${rollback}\``);
    return;
  }
  if (target === step) {
    complain("rollback", "a step does not undo itself");
    return;
  }
  if (!target.title.startsWith("Undo"))
    complain("undo-title", `\`${rollback}\` runs only as an undo, so its heading starts with "Undo"`);
}

/** What a step hides it does not keep for later either. */
function lintCaptures({ captures, redact }: Step, complain: Complain): void {
  const { isSecret } = createRedactor({ names: redact });
  for (const { name, path } of captures)
    if (isSecret(/([\w-]+)["\]]*$/.exec(path)?.[1] ?? "") || isSecret(name))
      complain("capture-secret", `\`${path}\` is secret: it is neither captured nor stored`);
}

function lintSubjects(step: Step, input: LintInput, complain: Complain): void {
  const { block, expect } = step;
  if (expect === undefined && block.kind !== "manual")
    complain("expect-required", "says nowhere what must be seen; add a `yaml expect` block");
  const { manifest } = input.context;
  for (const { subject, name = "" } of expect?.all ?? []) {
    if (!OWN_SUBJECTS[block.kind].includes(subject) && !PLANE_SUBJECTS.includes(subject))
      complain("expect-subject", `a block of ${block.kind} has no ${subject}`);
    if (subject === "metric" && !registeredMetrics(manifest.thresholds).has(name))
      complain("metric-exists", `no threshold compares a metric named ${name}`);
    if (subject === "alert" && !manifest.alertRules.some((rule) => `${manifest.system}.${rule.name}` === name))
      complain("alert-exists", `no alert rule is named ${name}`);
  }
}

function lintBlock(step: Step, input: LintInput, complain: Complain): void {
  const { block, effect } = step;
  if (effect === "danger" && block.kind !== "action") complain("danger-action", "only an action can be dangerous");
  if (block.kind === "http") lintHttp(block, input, complain);
  if (block.kind === "sh") lintShell(step, block.words, complain);
  if (block.kind === "sql") lintSql(step, block.text, complain);
  if (block.kind === "action") lintAction(step, input, complain);
  if (block.kind === "promql") lintPromql(step, block.text, complain);
}

const READING = /^(select|with|show|explain|values|table)\b/i;
const WRITING = /\b(insert|update|delete|merge|alter|drop|create|truncate|grant|revoke|copy|call|do|set|lock)\b/i;

const QUOTED = /'(?:[^']|'')*'/g;

function lintSql(step: Step, text: string, complain: Complain): void {
  if (step.effect !== "read") complain("sql-read", "a query reads; a change is an action");
  const bare = text.replace(QUOTED, "''").replace(/;\s*$/, "");
  if ((text.match(QUOTED) ?? []).some((quoted) => quoted.includes("{{")))
    complain("sql-read", "a place is a value already; it stands outside of quotes");
  if (bare.includes(";")) complain("sql-read", "one statement");
  if (!READING.test(bare) || WRITING.test(bare)) complain("sql-read", "a query only selects or shows");
}
