import type { Clock } from "@assay/platform/clock/clock";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { SECOND_MS } from "@assay/primitives/instant";
import type { FlagCache } from "../feature-flags/flag-cache.ts";
import { readHeartbeat, WORKER } from "./heartbeat.ts";
import type { CheckOutcome, ReadinessCheck } from "./readiness.ts";

export interface ChecksOptions {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly cache: FlagCache;
  readonly leadership: () => readonly { readonly market: string; readonly isLeading: boolean }[];
}

const OLDEST_HEARTBEAT_MS = 30 * SECOND_MS;
const OLDEST_FLAGS_MS = 1_000;

/** What the backend depends on (coinhubx.md §3): without database or queue it cannot serve, the rest degrades it. */
export function backendChecks(options: ChecksOptions) {
  const startedMs = options.clock.monotonicMs();
  return {
    database: { isEssential: true, look: () => checkDatabase(options) },
    queue: { isEssential: true, look: () => checkQueue(options) },
    uptime: { isEssential: false, look: () => uptime(options.clock.monotonicMs() - startedMs) },
    engine: { isEssential: false, look: () => checkEngine(options) },
    flags: { isEssential: false, look: () => checkFlags(options) },
  } as const satisfies Record<string, ReadinessCheck>;
}

async function checkDatabase({ database, clock }: ChecksOptions): Promise<CheckOutcome> {
  const [row] = await database.query<{ now: Date }>(sql`select now() as now`);
  const skewMs = Math.abs(row!.now.getTime() - clock.now());
  const details = { pool: { ...database.pool() }, clock_skew_ms: skewMs };
  if (skewMs > 5 * SECOND_MS)
    return { status: "degraded", message: "the clocks of process and database differ", details };
  return { status: "healthy", message: "answers", details };
}

/** Thrown to take the trial job back. */
const ROLLED_BACK = Symbol("rolled back");

/** Enqueues a job and rolls it back: the queue's tables are there and take jobs. */
async function checkQueue({ database, jobs, clock }: ChecksOptions): Promise<CheckOutcome> {
  let beatAgeMs: number | undefined;
  const trial = database.transaction(async (transaction) => {
    const beatAt = await readHeartbeat(transaction, WORKER);
    beatAgeMs = beatAt === undefined ? undefined : clock.now() - beatAt;
    await jobs.send("mail", { trial: true }, { transaction, isTrial: true });
    throw ROLLED_BACK;
  });
  await trial.catch((error: unknown) => {
    if (error !== ROLLED_BACK) throw error;
  });
  const details = { worker_heartbeat_age_ms: beatAgeMs ?? null };
  const isAlive = beatAgeMs !== undefined && beatAgeMs <= OLDEST_HEARTBEAT_MS;
  return isAlive
    ? { status: "healthy", message: "takes jobs", details }
    : { status: "degraded", message: "takes jobs, but the worker is silent", details };
}

function uptime(ms: number): CheckOutcome {
  const uptime_s = Math.floor(ms / SECOND_MS);
  return { status: "healthy", message: `up for ${uptime_s} s`, details: { uptime_s } };
}

function checkEngine({ leadership }: ChecksOptions): CheckOutcome {
  const markets = leadership();
  const missing = markets.filter(({ isLeading }) => !isLeading).map(({ market }) => market);
  const details = { markets: markets.map(({ market, isLeading }) => ({ market, leader: isLeading })) };
  if (missing.length === 0) return { status: "healthy", message: "every market has its engine", details };
  return { status: "degraded", message: `no engine here for ${missing.join(", ")}`, details };
}

function checkFlags({ cache }: ChecksOptions): CheckOutcome {
  const ageMs = cache.ageMs();
  const details = { age_ms: Number.isFinite(ageMs) ? Math.round(ageMs) : null };
  if (ageMs <= OLDEST_FLAGS_MS) return { status: "healthy", message: "fresh", details };
  return { status: "degraded", message: "not readable; every switch counts as closed", details };
}
