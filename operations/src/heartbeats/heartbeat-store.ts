import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { Severity } from "../thresholds/threshold.ts";
import type { Heartbeat } from "./heartbeat.ts";

interface HeartbeatRow {
  id: string;
  title: string;
  system: string;
  period_ms: string;
  grace_ms: string;
  severity: Severity;
  runbook: string | null;
  version: number;
  state: Heartbeat["state"];
  last_beat_at: Date | null;
  last_beat_by: string | null;
  due_at: Date;
  paused_until: Date | null;
  paused_by: string | null;
  paused_reason: string | null;
  created_at: Date;
}

const COLUMNS = fragment`id, title, system, period_ms, grace_ms, severity, runbook, version, state, last_beat_at,
  last_beat_by, due_at, paused_until, paused_by, paused_reason, created_at`;

export async function upsertHeartbeat(tx: Sql, heartbeat: Heartbeat): Promise<void> {
  const { id, title, system, periodMs, graceMs, severity, runbook, version, state, pause } = heartbeat;
  const time = (at: Instant | null) => (at === null ? null : formatInstant(at));
  await tx.execute(sql`
    insert into heartbeats (${COLUMNS}) values (${id}, ${title}, ${system}, ${periodMs}, ${graceMs}, ${severity},
      ${runbook}, ${version}, ${state}, ${time(heartbeat.lastBeatAt)}, ${heartbeat.lastBeatBy},
      ${time(heartbeat.dueAt)}, ${time(pause?.until ?? null)}, ${pause?.by ?? null}, ${pause?.reason ?? null},
      ${time(heartbeat.createdAt)})
    on conflict (id) do update set title = excluded.title, system = excluded.system, period_ms = excluded.period_ms,
      grace_ms = excluded.grace_ms, severity = excluded.severity, runbook = excluded.runbook,
      version = excluded.version, state = excluded.state, last_beat_at = excluded.last_beat_at,
      last_beat_by = excluded.last_beat_by, due_at = excluded.due_at, paused_until = excluded.paused_until,
      paused_by = excluded.paused_by, paused_reason = excluded.paused_reason`);
}

export async function listHeartbeats(database: Sql): Promise<Heartbeat[]> {
  const rows = await database.query<HeartbeatRow>(sql`select ${COLUMNS} from heartbeats order by id`);
  return rows.map(toHeartbeat);
}

export async function lockHeartbeat(tx: Sql, id: string): Promise<Heartbeat | undefined> {
  const [row] = await tx.query<HeartbeatRow>(sql`select ${COLUMNS} from heartbeats where id = ${id} for update`);
  return row && toHeartbeat(row);
}

/** Those that are due and whose alert was not raised yet, the latest first. */
export async function dueHeartbeats(database: Sql, now: Instant): Promise<Heartbeat[]> {
  const rows = await database.query<HeartbeatRow>(sql`
    select ${COLUMNS} from heartbeats where state <> 'missed' and due_at <= ${formatInstant(now)}
    order by due_at, id limit 500`);
  return rows.map(toHeartbeat);
}

export async function deleteHeartbeat(tx: Sql, id: string): Promise<void> {
  await tx.execute(sql`delete from heartbeats where id = ${id}`);
}

/** Notes that the plane listens now; resolves to when it did before. */
export async function noteListening(tx: Sql, now: Instant): Promise<Instant | undefined> {
  const [row] = await tx.query<{ listened_at: Date }>(sql`select listened_at from heartbeat_listener for update`);
  await tx.execute(sql`
    insert into heartbeat_listener (listened_at) values (${formatInstant(now)})
    on conflict (id) do update set listened_at = excluded.listened_at`);
  return row && toInstant(row.listened_at.getTime());
}

/** All that are listened for are due so much later. */
export async function postponeAll(tx: Sql, byMs: number): Promise<void> {
  await tx.execute(sql`
    update heartbeats set due_at = due_at + make_interval(secs => ${byMs / 1_000}) where state <> 'missed'`);
}

function toHeartbeat(row: HeartbeatRow): Heartbeat {
  const { id, title, system, severity, runbook, version, state } = row;
  const at = (date: Date | null) => (date === null ? null : toInstant(date.getTime()));
  const until = at(row.paused_until);
  return {
    ...{ id, title, system, severity, runbook, version, state },
    periodMs: Number(row.period_ms),
    graceMs: Number(row.grace_ms),
    lastBeatAt: at(row.last_beat_at),
    lastBeatBy: row.last_beat_by,
    dueAt: toInstant(row.due_at.getTime()),
    pause: until === null ? null : { until, by: row.paused_by ?? "", reason: row.paused_reason ?? "" },
    createdAt: toInstant(row.created_at.getTime()),
  };
}
