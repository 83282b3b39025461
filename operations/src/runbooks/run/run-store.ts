import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { addMs, formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { Environment } from "../document/runbook.ts";
import type { PlaceValue } from "../document/template.ts";
import { OPEN_STATES, type Run, type RunProgress } from "./run.ts";

/** Columns as the driver gives them. */
interface RunRow {
  readonly id: string;
  readonly system: string;
  readonly runbook_id: string;
  readonly runbook_sha256: string;
  readonly runbook_version: number;
  readonly title: string;
  readonly environment: Environment;
  readonly params: Record<string, PlaceValue>;
  readonly captures: Record<string, PlaceValue>;
  readonly incident_id: string | null;
  readonly started_by: string;
  readonly started_by_name: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly state: RunProgress["state"];
  readonly cursor: string | null;
  readonly undoing: string | null;
  readonly verdict: RunProgress["verdict"];
  readonly offers: RunProgress["offers"];
  readonly reason: string | null;
  readonly pause_asked_by: string | null;
}

function toRun(row: RunRow): Run {
  return {
    id: row.id,
    system: row.system,
    runbook: { id: row.runbook_id, version: row.runbook_version, sha256: row.runbook_sha256, title: row.title },
    environment: row.environment,
    params: row.params,
    captures: row.captures,
    incidentId: row.incident_id,
    startedBy: { id: row.started_by, name: row.started_by_name },
    startedAt: toInstant(row.started_at.getTime()),
    endedAt: row.ended_at && toInstant(row.ended_at.getTime()),
    state: row.state,
    cursor: row.cursor,
    undoing: row.undoing,
    verdict: row.verdict,
    offers: row.offers,
    reason: row.reason,
    pauseAskedBy: row.pause_asked_by,
  };
}

export async function insertRun(db: Sql, run: Run): Promise<void> {
  await db.execute(sql`
    insert into runbook_runs (id, system, runbook_id, runbook_sha256, runbook_version, title, environment, params,
      captures, incident_id, started_by, started_by_name, started_at, state, cursor, offers)
    values (${run.id}, ${run.system}, ${run.runbook.id}, ${run.runbook.sha256}, ${run.runbook.version},
      ${run.runbook.title}, ${run.environment}, ${JSON.stringify(run.params)}::jsonb,
      ${JSON.stringify(run.captures)}::jsonb, ${run.incidentId}, ${run.startedBy.id}, ${run.startedBy.name},
      ${formatInstant(run.startedAt)}, ${run.state}, ${run.cursor}, ${[...run.offers]})`);
}

export async function readRun(db: Sql, id: string): Promise<Run | undefined> {
  const [row] = await db.query<RunRow>(sql`select * from runbook_runs where id = ${id}`);
  return row && toRun(row);
}

/** Reads a run and keeps everybody else from changing it until the transaction ends. */
export async function lockRun(transaction: Sql, id: string): Promise<Run | undefined> {
  const [row] = await transaction.query<RunRow>(sql`select * from runbook_runs where id = ${id} for update`);
  return row && toRun(row);
}

export interface RunQuery {
  readonly limit: number;
  readonly system?: string;
  readonly runbook?: string;
  readonly incidentId?: string;
  readonly isOpen?: boolean;
}

/** Newest first. */
export async function listRuns(db: Sql, query: RunQuery): Promise<Run[]> {
  const { system, runbook, incidentId, isOpen } = query;
  const rows = await db.query<RunRow>(sql`
    select * from runbook_runs where
      ${system === undefined ? fragment`true` : fragment`system = ${system}`} and
      ${runbook === undefined ? fragment`true` : fragment`runbook_id = ${runbook}`} and
      ${incidentId === undefined ? fragment`true` : fragment`incident_id = ${incidentId}`} and
      ${isOpen === undefined ? fragment`true` : fragment`(state = any(${[...OPEN_STATES]})) = ${isOpen}`}
    order by started_at desc, id desc limit ${query.limit}`);
  return rows.map(toRun);
}

const MOST_RUNBOOKS = 2_000;

/** The newest run of each runbook. */
export async function lastRuns(db: Sql): Promise<Run[]> {
  const rows = await db.query<RunRow>(sql`
    select distinct on (system, runbook_id) * from runbook_runs
    order by system, runbook_id, started_at desc, id desc limit ${MOST_RUNBOOKS}`);
  return rows.map(toRun);
}

export async function writeProgress(
  db: Sql,
  id: string,
  change: { readonly progress: RunProgress; readonly captures: Run["captures"]; readonly now: Instant },
): Promise<void> {
  const { progress, captures, now } = change;
  const endedAt = progress.state === "finished" || progress.state === "aborted" ? formatInstant(now) : null;
  await db.execute(sql`
    update runbook_runs set state = ${progress.state}, cursor = ${progress.cursor}, undoing = ${progress.undoing},
      verdict = ${progress.verdict}, offers = ${[...progress.offers]}, reason = ${progress.reason},
      captures = ${JSON.stringify(captures)}::jsonb, ended_at = ${endedAt}
    where id = ${id}`);
}

export async function writePause(db: Sql, id: string, askedBy: string | null): Promise<void> {
  await db.execute(sql`update runbook_runs set pause_asked_by = ${askedBy} where id = ${id}`);
}

/** Takes runs that have something to do and that nobody drives: running ones, and ones whose gate may have settled. */
export async function leaseRuns(
  db: Sql,
  { owner, now, forMs, limit }: { owner: string; now: Instant; forMs: number; limit: number },
): Promise<string[]> {
  const rows = await db.query<{ id: string }>(sql`
    update runbook_runs set lease_owner = ${owner}, lease_until = ${formatInstant(addMs(now, forMs))}
    where id in (
      select id from runbook_runs
      where state in ('running', 'waiting_for_approval')
        and (lease_owner is null or lease_owner = ${owner} or lease_until < ${formatInstant(now)})
      order by started_at limit ${limit} for update skip locked)
    returning id`);
  return rows.map(({ id }) => id);
}

/** False when somebody else drives it now. */
export async function renewLease(
  db: Sql,
  id: string,
  { owner, now, forMs }: { owner: string; now: Instant; forMs: number },
): Promise<boolean> {
  const changed = await db.execute(sql`
    update runbook_runs set lease_until = ${formatInstant(addMs(now, forMs))}
    where id = ${id} and lease_owner = ${owner}`);
  return changed === 1;
}

export async function releaseLeases(db: Sql, owner: string): Promise<void> {
  await db.execute(sql`update runbook_runs set lease_owner = null, lease_until = null where lease_owner = ${owner}`);
}

export async function leaseOwner(db: Sql, id: string): Promise<string | null> {
  const [row] = await db.query<{ lease_owner: string | null }>(
    sql`select lease_owner from runbook_runs where id = ${id}`,
  );
  return row?.lease_owner ?? null;
}

/** Takes a run for a process, whoever drove it before: only for a run that waits, which nobody drives. */
export async function takeLease(
  db: Sql,
  id: string,
  { owner, now, forMs }: { owner: string; now: Instant; forMs: number },
): Promise<void> {
  await db.execute(sql`
    update runbook_runs set lease_owner = ${owner}, lease_until = ${formatInstant(addMs(now, forMs))}
    where id = ${id} and state = 'waiting_for_person'`);
}
