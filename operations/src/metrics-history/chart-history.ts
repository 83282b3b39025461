import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { DAY_MS, formatInstant, HOUR_MS, type Instant, MINUTE_MS, toInstant } from "@assay/primitives/instant";
import { SampleRing, STALE } from "./sample-ring.ts";

/** One point of a chart: what the number was at its least, greatest and last within the step. */
export interface ChartPoint {
  readonly at: Instant;
  readonly least: number;
  readonly greatest: number;
  readonly latest: number;
}

export interface ChartQuery {
  readonly system: string;
  readonly name: string;
  readonly since: Instant;
  readonly until: Instant;
  readonly stepMs: number;
}

export interface ChartHistoryOptions {
  readonly database: Database;
  readonly retentionMs?: number;
}

const DEFAULT_RETENTION_MS = 7 * DAY_MS;
const FINE_MS = HOUR_MS;
// One hour of evaluations each second.
const MAX_FINE_POINTS = 3_600;
const MAX_CHARTS = 2_000;
export const MAX_CHART_POINTS = 2_000;

/** The numbers that charts show: the last hour as evaluated, the last week by the minute and through restarts. */
export class ChartHistory {
  readonly #database: Database;
  readonly #retentionMs: number;
  readonly #fine = new Map<string, SampleRing>();
  #flushedUntil = Number.NEGATIVE_INFINITY;

  constructor({ database, retentionMs = DEFAULT_RETENTION_MS }: ChartHistoryOptions) {
    this.#database = database;
    this.#retentionMs = retentionMs;
  }

  /** Notes the number at `at`; `undefined` is a gap, for what was unknown. */
  record(chart: { readonly system: string; readonly name: string }, at: Instant, value: number | undefined): void {
    const key = keyOf(chart);
    let ring = this.#fine.get(key);
    if (ring === undefined) {
      if (this.#fine.size >= MAX_CHARTS) return;
      ring = new SampleRing(MAX_FINE_POINTS);
      this.#fine.set(key, ring);
    }
    ring.push(at, value ?? STALE);
  }

  /** The clock went back to `now`: what was dated later is drawn anew as those times come again. */
  rewind(now: Instant): void {
    for (const ring of this.#fine.values()) ring.dropAfter(now);
    this.#flushedUntil = Math.min(this.#flushedUntil, Math.floor(now / MINUTE_MS) * MINUTE_MS);
  }

  /** Points of at least `stepMs` each, oldest first, at most {@link MAX_CHART_POINTS}; steps without a value are left out. */
  async points(query: ChartQuery): Promise<ChartPoint[]> {
    const stepMs = Math.max(query.stepMs, Math.ceil((query.until - query.since) / (MAX_CHART_POINTS - 1)));
    const ring = this.#fine.get(keyOf(query));
    const fine = ring?.between(query.since, query.until) ?? { times: [], values: [] };
    const fineFrom = fine.times[0] ?? query.until + 1;
    const kept = query.since < fineFrom ? await this.#kept(query, fineFrom) : [];
    const recent = fine.times.map((at, index) => single(at, fine.values[index]!));
    return merge([...kept, ...recent], stepMs);
  }

  /** Writes the minutes that ended before `now` and forgets what is too old; called about once a minute. */
  async flush(now: Instant): Promise<void> {
    const until = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    const from = Math.max(this.#flushedUntil, until - FINE_MS);
    const rows = [...this.#fine].flatMap(([key, ring]) => {
      const [system, name] = key.split("\n") as [string, string];
      const { times, values } = ring.between(from, until - 1);
      const minutes = merge(
        times.map((at, index) => single(at, values[index]!)),
        MINUTE_MS,
      );
      return minutes.map((point) => ({ system, name, ...point }));
    });
    if (rows.length > 0) await this.#write(rows);
    this.#flushedUntil = until;
    await this.#database.execute(
      sql`delete from chart_points where minute < ${formatInstant(toInstant(now - this.#retentionMs))}`,
    );
    for (const [key, ring] of this.#fine) {
      ring.dropBefore(now - FINE_MS);
      if (ring.size === 0) this.#fine.delete(key);
    }
  }

  async #write(rows: readonly ({ system: string; name: string } & ChartPoint)[]): Promise<void> {
    await this.#database.execute(sql`
      insert into chart_points (system, name, minute, least, greatest, latest)
      select * from unnest(${rows.map(({ system }) => system)}::text[], ${rows.map(({ name }) => name)}::text[],
        ${rows.map(({ at }) => formatInstant(at))}::timestamptz[], ${rows.map(({ least }) => least)}::float8[],
        ${rows.map(({ greatest }) => greatest)}::float8[], ${rows.map(({ latest }) => latest)}::float8[])
      on conflict (system, name, minute) do update set least = least(chart_points.least, excluded.least),
        greatest = greatest(chart_points.greatest, excluded.greatest), latest = excluded.latest`);
  }

  async #kept({ system, name, since }: ChartQuery, before: number): Promise<ChartPoint[]> {
    const rows = await this.#database.query<{ minute: Date; least: number; greatest: number; latest: number }>(sql`
      select minute, least, greatest, latest from chart_points
      where system = ${system} and name = ${name} and minute >= ${formatInstant(since)}
        and minute < ${formatInstant(toInstant(before))}
      order by minute desc limit 20000`);
    return rows
      .reverse()
      .map(({ minute, least, greatest, latest }) => ({ at: toInstant(minute.getTime()), least, greatest, latest }));
  }
}

function keyOf({ system, name }: { readonly system: string; readonly name: string }): string {
  return `${system}\n${name}`;
}

function single(at: number, value: number): ChartPoint {
  return { at: toInstant(at), least: value, greatest: value, latest: value };
}

/** Joins the points of each step of `stepMs`, counted from the epoch, into one dated at the step's start. */
function merge(points: readonly ChartPoint[], stepMs: number): ChartPoint[] {
  const steps = new Map<number, ChartPoint>();
  for (const point of points) {
    const at = toInstant(Math.floor(point.at / stepMs) * stepMs);
    const before = steps.get(at);
    steps.set(at, {
      at,
      least: Math.min(before?.least ?? point.least, point.least),
      greatest: Math.max(before?.greatest ?? point.greatest, point.greatest),
      latest: point.latest,
    });
  }
  return [...steps.values()];
}
