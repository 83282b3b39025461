import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { ApprovalOutcome } from "../approvals/approval.ts";
import type { BoundAction } from "../approvals/approval-digest.ts";

/** What one person did alone. */
export interface ActionRun {
  readonly id: string;
  readonly system: string;
  readonly bound: BoundAction;
  readonly digest: string;
  readonly reason: string;
  readonly incidentId: string | null;
  readonly requestKey: string | null;
  readonly state: "running" | "executed" | "failed";
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly outcome: ApprovalOutcome | null;
}

/** As stored. */
export interface RunRow {
  readonly id: string;
  readonly system: string;
  readonly bound: string;
  readonly digest: string;
  readonly reason: string;
  readonly incident_id: string | null;
  readonly request_key: string | null;
  readonly state: ActionRun["state"];
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly outcome: string | null;
}

export async function insertRun(transaction: Sql, run: ActionRun): Promise<void> {
  const { bound } = run;
  await transaction.execute(sql`
    insert into action_runs (id, system, action, bound, digest, requester_id, requester_name, reason, incident_id,
      request_key, started_at, state)
    values (${run.id}, ${run.system}, ${bound.action}, ${canonicalJson(bound)}, ${run.digest}, ${bound.requester.id},
      ${bound.requester.name}, ${run.reason}, ${run.incidentId}, ${run.requestKey}, ${new Date(run.startedAt)},
      ${run.state})`);
}

/** False when it was settled before. */
export async function settleRun(transaction: Sql, run: ActionRun): Promise<boolean> {
  const changed = await transaction.execute(sql`
    update action_runs set state = ${run.state}, outcome = ${JSON.stringify(run.outcome)},
      ended_at = ${run.endedAt === null ? null : new Date(run.endedAt)}
    where id = ${run.id} and state = 'running'`);
  return changed === 1;
}

export async function findRunByKey(database: Sql, requestKey: string): Promise<ActionRun | undefined> {
  const rows = await database.query<RunRow>(sql`select * from action_runs where request_key = ${requestKey}`);
  return rows.map(toRun)[0];
}

/** Those that no process may still be at when one starts. */
export async function findUnsettledRuns(database: Sql): Promise<ActionRun[]> {
  const rows = await database.query<RunRow>(sql`select * from action_runs where state = 'running' limit 1000`);
  return rows.map(toRun);
}

export function toRun(row: RunRow): ActionRun {
  return {
    id: row.id,
    system: row.system,
    bound: JSON.parse(row.bound) as BoundAction,
    digest: row.digest,
    reason: row.reason,
    incidentId: row.incident_id,
    requestKey: row.request_key,
    state: row.state,
    startedAt: toInstant(row.started_at.getTime()),
    endedAt: row.ended_at === null ? null : toInstant(row.ended_at.getTime()),
    outcome: row.outcome === null ? null : (JSON.parse(row.outcome) as ApprovalOutcome),
  };
}
