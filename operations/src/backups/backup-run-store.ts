import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { BackupVerdict } from "./backup-list.ts";

export type BackupRunKind = "create" | "verify" | "drill";

/** One thing that the plane had a system do with its copies. */
export interface BackupRun {
  readonly id: string;
  readonly system: string;
  readonly backup: string;
  readonly kind: BackupRunKind;
  readonly copy: string | null;
  readonly actor: AuditActor;
  readonly slot: Instant | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly verdict: BackupVerdict | null;
  readonly reason: string | null;
  /** What the system measured: of a drill `rpo_ms`, `rto_ms`, counts and digests. */
  readonly facts: JsonObject;
}

type RunRow = Omit<BackupRun, "slot" | "startedAt" | "endedAt"> & {
  readonly slot: Date | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
};

const COLUMNS = fragment`id, system, backup, kind, copy, actor, slot, started_at, ended_at, verdict, reason, facts`;

/** Since when the backup is known; `now` the first time it is asked for. */
export async function backupWatchedSince(database: Sql, at: { system: string; backup: string }, now: Instant) {
  const { system, backup } = at;
  await database.execute(sql`
    insert into backup_watch (system, backup, since) values (${system}, ${backup}, ${formatInstant(now)})
    on conflict do nothing`);
  const [row] = await database.query<{ since: Date }>(
    sql`select since from backup_watch where system = ${system} and backup = ${backup}`,
  );
  return toInstant(row!.since.getTime());
}

/** False when another of the same backup still runs. */
export async function insertBackupRun(tx: Sql, run: BackupRun): Promise<boolean> {
  const inserted = await tx.execute(sql`
    insert into backup_runs (id, system, backup, kind, copy, actor, slot, started_at)
    values (${run.id}, ${run.system}, ${run.backup}, ${run.kind}, ${run.copy}, ${JSON.stringify(run.actor)},
      ${run.slot === null ? null : formatInstant(run.slot)}, ${formatInstant(run.startedAt)})
    on conflict (system, backup) where ended_at is null do nothing`);
  return inserted === 1;
}

export async function endBackupRun(tx: Sql, run: BackupRun): Promise<void> {
  await tx.execute(sql`
    update backup_runs set ended_at = ${formatInstant(run.endedAt!)}, verdict = ${run.verdict}, reason = ${run.reason},
      copy = ${run.copy}, facts = ${JSON.stringify(run.facts)}
    where id = ${run.id} and ended_at is null`);
}

/** Newest first. */
export async function backupRuns(
  database: Sql,
  { system, backup, limit }: { readonly system: string; readonly backup: string; readonly limit: number },
): Promise<BackupRun[]> {
  return await select(
    database,
    fragment`system = ${system} and backup = ${backup} order by started_at desc, id desc limit ${limit}`,
  );
}

export async function findBackupRun(database: Sql, id: string): Promise<BackupRun | undefined> {
  return (await select(database, fragment`id = ${id}`))[0];
}

/** What an earlier process began and nobody ended. */
export async function unendedBackupRuns(database: Sql): Promise<BackupRun[]> {
  return await select(database, fragment`ended_at is null order by id limit 1000`);
}

async function select(database: Sql, condition: ReturnType<typeof fragment>): Promise<BackupRun[]> {
  const rows = await database.query<RunRow>(sql`select ${COLUMNS} from backup_runs where ${condition}`);
  return rows.map(({ started_at, ended_at, slot, ...run }) => ({
    ...run,
    slot: slot === null ? null : toInstant(slot.getTime()),
    startedAt: toInstant(started_at.getTime()),
    endedAt: ended_at === null ? null : toInstant(ended_at.getTime()),
  }));
}
