import type { Sql } from "@assay/platform/storage/database";
import { sha256Hex } from "@assay/primitives/hash";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import type { AuditLog } from "../../audit/audit.ts";
import type { EventPublisher } from "../../events/events.ts";
import type { Step } from "../document/runbook.ts";
import type { Output } from "./output.ts";
import type { IncidentTimeline } from "./ports.ts";
import { createRedactor } from "./redact.ts";
import type { PersonName, Run, StepRun } from "./run.ts";

const MAX_STORED_CHARACTERS = 16 * 1024;

export interface RunRecordOptions {
  readonly audit: AuditLog;
  readonly timeline: IncidentTimeline;
}

export interface RunEntry {
  readonly run: Run;
  readonly actor: PersonName;
  /** `runbook.step.finished` */
  readonly action: string;
  readonly summary: string;
  readonly details: JsonObject;
}

/** Writes to the audit log and, where a run belongs to an incident, to its timeline; both with the transaction or not at all. */
export async function recordRun(options: RunRecordOptions, transaction: Sql, entry: RunEntry): Promise<void> {
  const { run, action, summary } = entry;
  const { id, version, sha256 } = run.runbook;
  const actor = { kind: "person", id: entry.actor.id, name: entry.actor.name } as const;
  const details = { run: run.id, runbook: id, version, sha256, ...entry.details };
  const kind = action.startsWith("runbook.step.") ? "step" : "run";
  const incident = run.incidentId === null ? {} : { incidentId: run.incidentId };
  const recorded =
    run.incidentId === null
      ? []
      : (await options.timeline.record(transaction, run.incidentId, { kind, actor, summary, details })).audit;
  // Last, since the log stays locked until the commit.
  for (const audited of [...recorded, { actor, action, target: run.system, details, ...incident }])
    await options.audit.append(transaction, audited);
}

/** Tells listeners what changed, once it is committed. */
export function announceRun(events: EventPublisher, run: Pick<Run, "id" | "incidentId">): void {
  events.publish({ topic: "runs", id: run.id });
  if (run.incidentId !== null) events.publish({ topic: "incidents", id: run.incidentId });
}

/** What of an output may be kept: redacted first, then hashed whole, then cut. */
export function storedOutput(output: Output, step: Step): Pick<StepRun, "output" | "outputSha256" | "truncated"> {
  const redact = createRedactor({ names: step.redact, output: output.json });
  const parts = [
    output.status === undefined ? undefined : `HTTP ${output.status}`,
    output.exit === undefined ? undefined : `exit ${output.exit}`,
    output.state === undefined ? undefined : `state ${output.state}`,
    output.trouble === undefined ? undefined : redact.text(output.trouble),
    output.json === undefined
      ? output.text === undefined
        ? undefined
        : redact.text(output.text)
      : JSON.stringify(redact.json(output.json), null, 2),
  ];
  const text = parts.filter((part) => part !== undefined && part !== "").join("\n");
  return {
    output: storable(text.slice(0, MAX_STORED_CHARACTERS)),
    outputSha256: sha256Hex(text.toWellFormed()),
    truncated: text.length > MAX_STORED_CHARACTERS,
  };
}

/** PostgreSQL's text holds no zero byte and no half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD").toWellFormed();
}

/** The evidence of a step: command, digest and each expectation with what was expected and what was seen. */
export function stepEvidence(stepRun: StepRun): JsonObject {
  return {
    step: stepRun.step,
    attempt: stepRun.attempt,
    verdict: stepRun.verdict,
    command: stepRun.command.slice(0, 2_000),
    output_sha256: stepRun.outputSha256,
    expectations: stepRun.expectations.map(
      ({ text, expected, observed, verdict, reason }): JsonValue => ({ text, expected, observed, verdict, reason }),
    ),
    approval: stepRun.approvalId,
    signed_by: stepRun.signedBy && { id: stepRun.signedBy.id, name: stepRun.signedBy.name },
    note: stepRun.note,
    item_notes: stepRun.itemNotes,
    reason: stepRun.reason,
  };
}
