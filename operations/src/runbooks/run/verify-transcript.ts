import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import type { StepRunView, TranscriptView } from "../../api/schema/runbooks.ts";
import { transcriptDigest } from "./transcript-document.ts";

/** An entry of an audit bundle that was verified before. */
export interface ProvenEntry {
  readonly action: string;
  readonly details: JsonObject;
}

/** What keeps a run from being one that passed; empty when it did. Looks at nothing but the run. */
export function runProblems({ run, steps }: Pick<TranscriptView, "run" | "steps">): string[] {
  const verdict =
    run.verdict === "passed" ? [] : [`The run's verdict is ${run.verdict ?? `none yet: it is ${run.state}`}.`];
  const last = new Map(steps.map((step) => [step.step, step]));
  return [...verdict, ...[...last.values()].flatMap(stepProblems), ...steps.flatMap(outputProblem)];
}

function stepProblems({ step, verdict, expectations, reason }: StepRunView): string[] {
  if (verdict === "skipped") return [];
  if (verdict !== "passed") return [`${step}: ${verdict ?? "not judged"}${reason ? `: ${reason}` : ""}`];
  return expectations.filter((one) => one.verdict !== "passed").map((one) => `${step}: ${one.text}: ${one.verdict}`);
}

function outputProblem({ step, output, outputSha256, truncated }: StepRunView): string[] {
  if (truncated || outputSha256 === null || sha256Hex(output) === outputSha256) return [];
  return [`${step}: the output that is kept is not the one that was judged`];
}

/**
 * Checks an exported run without a server: the document is whole, it belongs to the text it names, and every step that
 * was judged stands in the audit log exactly as it is told here.
 */
export function verifyTranscript(document: TranscriptView, entries: readonly ProvenEntry[]): string[] {
  const { run, steps, text, digest } = document;
  const problems = runProblems(document);
  if (transcriptDigest(document) !== digest) problems.push("The document was changed: its digest is another.");
  if (sha256Hex(text) !== run.runbook.sha256) problems.push("The runbook's text is not the one that was run.");
  const own = entries.filter(({ details }) => details.run === run.id);
  const start = own.find(({ action }) => action === "runbook.run.started");
  if (start === undefined) problems.push("The audit log does not hold the start of this run.");
  else if (start.details.sha256 !== run.runbook.sha256)
    problems.push("The audit log names another text of the runbook.");
  for (const step of steps.filter(wasJudged)) {
    const entry = own.find(({ details }) => details.step === step.step && details.attempt === step.attempt);
    const name = `${step.step}, attempt ${step.attempt}`;
    if (entry === undefined) problems.push(`${name}: the audit log does not hold it`);
    else if (!isAsTold(entry.details, step)) problems.push(`${name}: the audit log tells it otherwise`);
  }
  return problems;
}

/** What was left out, or cut off and repeated, leaves no evidence of its own. */
function wasJudged({ verdict, outputSha256 }: StepRunView): boolean {
  return verdict === "passed" || outputSha256 !== null;
}

function isAsTold(details: JsonObject, step: StepRunView): boolean {
  const told = {
    verdict: step.verdict,
    output_sha256: step.outputSha256,
    expectations: step.expectations as JsonValue,
    approval: step.approvalId,
    signed_by: step.signedBy,
    note: step.note,
    reason: step.reason,
  };
  return Object.entries(told).every(([name, value]) => canonicalJson(details[name] ?? null) === canonicalJson(value));
}
