import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import { checklistSchema } from "../manifest/checklist.ts";
import type { Round, Tick } from "./round.ts";

interface RoundRow {
  id: string;
  system: string;
  checklist: string;
  period: string;
  definition: unknown;
  opens_at: Date;
  due_at: Date;
  missed_at: Date | null;
  signed_at: Date | null;
  signed_by: string | null;
  signed_by_name: string | null;
  note: string;
}

const COLUMNS = fragment`id, system, checklist, period, definition, opens_at, due_at, missed_at, signed_at, signed_by,
  signed_by_name, note`;

/** Since when the checklist is known; `now` the first time it is asked for. */
export async function watchedSince(database: Sql, at: { system: string; checklist: string }, now: Instant) {
  const { system, checklist } = at;
  await database.execute(sql`
    insert into checklist_watch (system, checklist, since) values (${system}, ${checklist}, ${formatInstant(now)})
    on conflict do nothing`);
  const [row] = await database.query<{ since: Date }>(
    sql`select since from checklist_watch where system = ${system} and checklist = ${checklist}`,
  );
  return toInstant(row!.since.getTime());
}

/** False when the period has its round already. */
export async function insertRound(tx: Sql, round: Round): Promise<boolean> {
  const inserted = await tx.execute(sql`
    insert into checklist_rounds (id, system, checklist, period, definition, opens_at, due_at)
    values (${round.id}, ${round.system}, ${round.checklist}, ${round.period}, ${JSON.stringify(round.definition)},
      ${formatInstant(round.opensAt)}, ${formatInstant(round.dueAt)})
    on conflict (system, checklist, period) do nothing`);
  return inserted === 1;
}

export async function findRound(database: Sql, id: string): Promise<Round | undefined> {
  return (await select(database, fragment`id = ${id}`))[0];
}

export async function lockRound(tx: Sql, id: string): Promise<Round | undefined> {
  return (await select(tx, fragment`id = ${id} for update`))[0];
}

const MOST_OPEN = 1_000;

/** Those that nobody signed off, oldest first. */
export async function unsignedRounds(database: Sql): Promise<Round[]> {
  return await select(database, fragment`signed_at is null order by opens_at, id limit ${MOST_OPEN}`);
}

export interface RoundPage {
  readonly openOnly: boolean;
  readonly system?: string | undefined;
  readonly checklist?: string | undefined;
  readonly limit: number;
  /** Id of the last round of the page before. */
  readonly after?: string | undefined;
}

/** Newest first. */
export async function listRounds(database: Sql, page: RoundPage): Promise<Round[]> {
  const { openOnly, system = null, checklist = null, limit, after = null } = page;
  return await select(
    database,
    fragment`(not ${openOnly}::boolean or signed_at is null) and (${system}::text is null or system = ${system})
      and (${checklist}::text is null or checklist = ${checklist})
      and (${after}::text is null or (opens_at, id) < (select opens_at, id from checklist_rounds where id = ${after}))
      order by opens_at desc, id desc limit ${limit}`,
  );
}

/** False when it was marked, or signed off, before. */
export async function markMissed(tx: Sql, id: string, at: Instant): Promise<boolean> {
  const changed = await tx.execute(sql`
    update checklist_rounds set missed_at = ${formatInstant(at)}
    where id = ${id} and missed_at is null and signed_at is null`);
  return changed === 1;
}

export async function markSigned(tx: Sql, round: Round): Promise<void> {
  await tx.execute(sql`
    update checklist_rounds set signed_at = ${formatInstant(round.signedAt!)}, signed_by = ${round.signedBy!.id},
      signed_by_name = ${round.signedBy!.name}, note = ${round.note}
    where id = ${round.id}`);
}

/** The caller holds the round's lock. */
export async function insertTick(tx: Sql, roundId: string, tick: Omit<Tick, "sequence">): Promise<void> {
  await tx.execute(sql`
    insert into checklist_ticks (round_id, sequence, item, verdict, observed, source, observed_at, note, actor, at)
    select ${roundId}, coalesce(max(sequence) + 1, 0), ${tick.item}, ${tick.verdict}, ${tick.observed}, ${tick.source},
      ${tick.observedAt === null ? null : formatInstant(tick.observedAt)}::timestamptz, ${tick.note},
      ${JSON.stringify(tick.actor)}::jsonb, ${formatInstant(tick.at)}::timestamptz
    from checklist_ticks where round_id = ${roundId}`);
}

const MOST_TICKS = 5_000;

/** Oldest first. */
export async function ticksOf(database: Sql, roundIds: readonly string[]): Promise<Map<string, Tick[]>> {
  const rows = await database.query<Omit<Tick, "at" | "observedAt"> & TickRow>(sql`
    select round_id, sequence, item, verdict, observed, source, observed_at, note, actor, at from checklist_ticks
    where round_id = any(${roundIds}) order by round_id, sequence limit ${MOST_TICKS}`);
  const ticks = new Map<string, Tick[]>(roundIds.map((id) => [id, []]));
  for (const { round_id, observed_at, at, ...row } of rows) {
    const observedAt = observed_at === null ? null : toInstant(observed_at.getTime());
    ticks.get(round_id)?.push({ ...row, observedAt, at: toInstant(at.getTime()) });
  }
  return ticks;
}

interface TickRow {
  readonly round_id: string;
  readonly observed_at: Date | null;
  readonly at: Date;
}

/** Checklists with rounds that are late, and those whose people were told so. */
export async function lateness(database: Sql) {
  return await database.query<{ system: string; checklist: string; alerting: boolean; late: number }>(sql`
    select w.system, w.checklist, w.alerting, count(r.id)::int as late
    from checklist_watch w left join checklist_rounds r
      on r.system = w.system and r.checklist = w.checklist and r.signed_at is null and r.missed_at is not null
    group by w.system, w.checklist, w.alerting having w.alerting or count(r.id) > 0
    order by w.system, w.checklist`);
}

export async function setAlerting(
  database: Sql,
  { system, checklist }: { readonly system: string; readonly checklist: string },
  alerting: boolean,
): Promise<void> {
  await database.execute(sql`
    update checklist_watch set alerting = ${alerting} where system = ${system} and checklist = ${checklist}`);
}

async function select(database: Sql, condition: ReturnType<typeof fragment>): Promise<Round[]> {
  const rows = await database.query<RoundRow>(sql`select ${COLUMNS} from checklist_rounds where ${condition}`);
  return rows.map(toRound);
}

function toRound(row: RoundRow): Round {
  const at = (date: Date | null) => (date === null ? null : toInstant(date.getTime()));
  return {
    id: row.id,
    system: row.system,
    checklist: row.checklist,
    period: row.period,
    definition: checklistSchema.parse(row.definition),
    opensAt: toInstant(row.opens_at.getTime()),
    dueAt: toInstant(row.due_at.getTime()),
    missedAt: at(row.missed_at),
    signedAt: at(row.signed_at),
    signedBy: row.signed_by === null ? null : { id: row.signed_by, name: row.signed_by_name ?? row.signed_by },
    note: row.note,
  };
}
