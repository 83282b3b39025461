import { formatInstant } from "@assay/primitives/instant";
import type { Run, StepRun } from "./run.ts";

/** The whole run as one Markdown document: what ran, what was expected, what was seen, who signed. */
export function transcriptOf(run: Run, steps: readonly StepRun[]): string {
  return `${[heading(run), ...steps.map(stepSection)].join("\n\n")}\n`;
}

function heading(run: Run): string {
  const facts = [
    ["Run", run.id],
    ["Runbook", `${run.runbook.id} version ${run.runbook.version}`],
    ["Text (SHA-256)", run.runbook.sha256],
    ["System", `${run.system}, ${run.environment}`],
    ["Incident", run.incidentId ?? "none"],
    ["Started", `${formatInstant(run.startedAt)} by ${run.startedBy.name}`],
    ["Ended", run.endedAt === null ? "not yet" : formatInstant(run.endedAt)],
    ["State", run.reason === null ? run.state : `${run.state}: ${run.reason}`],
    // What the steps so far amount to is no verdict on the run.
    ["Verdict", run.endedAt === null ? "none yet" : (run.verdict ?? "none")],
    ["Parameters", JSON.stringify(run.params)],
  ];
  return [
    `# ${inline(run.runbook.title)}`,
    "",
    "| | |",
    "|---|---|",
    ...facts.map(([name, text]) => `| ${name} | ${cell(text!)} |`),
  ].join("\n");
}

function stepSection(step: StepRun): string {
  const signed = step.signedBy === null ? [] : [`Signed by ${inline(step.signedBy.name)}.`];
  const notes = [step.note, ...step.itemNotes].filter((note) => note !== null).map((note) => `Note: ${inline(note)}`);
  const approval = step.approvalId === null ? [] : [`Approval ${step.approvalId}.`];
  const reason = step.reason === null ? [] : [`Reason: ${inline(step.reason)}`];
  return [
    `## ${step.step}${step.attempt > 1 ? `, attempt ${step.attempt}` : ""}: ${step.verdict ?? step.state}`,
    `${formatInstant(step.startedAt)} to ${step.endedAt === null ? "now" : formatInstant(step.endedAt)}`,
    ...(step.command === "" ? [] : [fence(step.command)]),
    ...[...signed, ...notes, ...approval, ...reason],
    ...(step.expectations.length === 0 ? [] : [expectationTable(step)]),
    ...(step.output === "" ? [] : [fence(step.output)]),
    ...(step.outputSha256 === null ? [] : [`Output SHA-256 ${step.outputSha256}${step.truncated ? ", cut here" : ""}`]),
  ].join("\n\n");
}

function expectationTable(step: StepRun): string {
  const rows = step.expectations.map(
    ({ text, expected, observed, verdict, reason }) =>
      `| ${cell(text)} | ${cell(JSON.stringify(expected))} | ${cell(reason ?? JSON.stringify(observed))} | ${verdict} |`,
  );
  return ["| Must be seen | Expected | Observed | Verdict |", "|---|---|---|---|", ...rows].join("\n");
}

/** A fence longer than any inside, so that no output ends it. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}\n${text}\n${marks}`;
}

function inline(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>#|]/g, "\\$&");
}

function cell(text: string): string {
  return inline(text);
}
