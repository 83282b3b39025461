import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, toInstant } from "@assay/primitives/instant";
import type { ExpectationResult, StepRun } from "./run.ts";

interface StepRunRow {
  readonly id: string;
  readonly run_id: string;
  readonly step: string;
  readonly attempt: number;
  readonly state: StepRun["state"];
  readonly verdict: StepRun["verdict"];
  readonly command: string;
  readonly output: string;
  readonly output_sha256: string | null;
  readonly truncated: boolean;
  readonly expectations: ExpectationResult[];
  readonly approval_id: string | null;
  readonly signed_by: string | null;
  readonly signed_by_name: string | null;
  readonly note: string | null;
  readonly item_notes: (string | null)[];
  readonly reason: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

function toStepRun(row: StepRunRow): StepRun {
  return {
    id: row.id,
    runId: row.run_id,
    step: row.step,
    attempt: row.attempt,
    state: row.state,
    verdict: row.verdict,
    command: row.command,
    output: row.output,
    outputSha256: row.output_sha256,
    truncated: row.truncated,
    expectations: row.expectations,
    approvalId: row.approval_id,
    signedBy: row.signed_by === null ? null : { id: row.signed_by, name: row.signed_by_name ?? row.signed_by },
    note: row.note,
    itemNotes: row.item_notes,
    reason: row.reason,
    startedAt: toInstant(row.started_at.getTime()),
    endedAt: row.ended_at && toInstant(row.ended_at.getTime()),
  };
}

/** In the order they were started. */
export async function listStepRuns(db: Sql, runId: string): Promise<StepRun[]> {
  const rows = await db.query<StepRunRow>(
    sql`select * from runbook_step_runs where run_id = ${runId} order by started_at, id`,
  );
  return rows.map(toStepRun);
}

/** The one that is not over, if any. */
export async function openStepRun(db: Sql, runId: string): Promise<StepRun | undefined> {
  const [row] = await db.query<StepRunRow>(
    sql`select * from runbook_step_runs where run_id = ${runId} and state <> 'done'`,
  );
  return row && toStepRun(row);
}

export async function countAttempts(db: Sql, runId: string, step: string): Promise<number> {
  const [row] = await db.query<{ count: string }>(
    sql`select count(*) from runbook_step_runs where run_id = ${runId} and step = ${step}`,
  );
  return Number(row!.count);
}

/** Adds a step run, or writes all that can change of one that is there. */
export async function writeStepRun(db: Sql, step: StepRun): Promise<void> {
  const expectations = JSON.stringify(step.expectations);
  const itemNotes = JSON.stringify(step.itemNotes);
  const endedAt = step.endedAt === null ? null : formatInstant(step.endedAt);
  await db.execute(sql`
    insert into runbook_step_runs (id, run_id, step, attempt, state, verdict, command, output, output_sha256, truncated,
      expectations, approval_id, signed_by, signed_by_name, note, item_notes, reason, started_at, ended_at)
    values (${step.id}, ${step.runId}, ${step.step}, ${step.attempt}, ${step.state}, ${step.verdict}, ${step.command},
      ${step.output}, ${step.outputSha256}, ${step.truncated}, ${expectations}::jsonb, ${step.approvalId},
      ${step.signedBy?.id ?? null}, ${step.signedBy?.name ?? null}, ${step.note}, ${itemNotes}::jsonb, ${step.reason},
      ${formatInstant(step.startedAt)}, ${endedAt})
    on conflict (id) do update set state = excluded.state, verdict = excluded.verdict, command = excluded.command,
      output = excluded.output, output_sha256 = excluded.output_sha256, truncated = excluded.truncated,
      expectations = excluded.expectations, approval_id = excluded.approval_id, signed_by = excluded.signed_by,
      signed_by_name = excluded.signed_by_name, note = excluded.note, item_notes = excluded.item_notes,
      reason = excluded.reason, ended_at = excluded.ended_at`);
}
