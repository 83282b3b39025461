import type { Clock } from "@assay/platform/clock/clock";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Metrics } from "@assay/platform/metrics/metrics";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { SECOND_MS } from "@assay/primitives/instant";
import type { FlagCache } from "../feature-flags/flag-cache.ts";
import { type FlagName, flagNames, type Listing, stopsSomething } from "../feature-flags/flag-name.ts";
import { readStuckJobs } from "../job-queues/stuck-jobs.ts";
import { readJournalPosition } from "../ledger/ledger-reads.ts";
import { readHeartbeat, WORKER } from "./heartbeat.ts";

export interface GaugesOptions {
  readonly metrics: Metrics;
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly cache: FlagCache;
  readonly listing: Listing;
}

const DATABASE_LIMIT_MS = 800;

/** What the backend shows of database, worker, jobs and switches. What cannot be read is absent, never stale. */
export function addGauges(options: GaugesOptions): void {
  const { metrics, database, clock, jobs } = options;
  metrics.gauge({
    name: "database_up",
    help: "1 when the database answers within 800 ms.",
    read: () => isDatabaseUp(database, clock),
  });
  metrics.gauge({
    name: "worker_heartbeat_timestamp_seconds",
    help: "When the worker last said that it lives, Unix seconds.",
    read: async () => toSeconds(await readHeartbeat(database, WORKER)),
  });
  metrics.gauge({
    name: "jobs_queue_length",
    help: "Jobs that are due and not running.",
    read: async () => (await jobs.counts()).reduce((sum, { due }) => sum + due, 0),
  });
  metrics.gauge({
    name: "jobs_dead_letter_current",
    help: "Dead jobs that wait for a person.",
    read: async () => (await jobs.counts()).reduce((sum, { dead }) => sum + dead, 0),
  });
  metrics.gauge({
    name: "jobs_stuck_count",
    help: "Jobs that have been running for more than 30 minutes.",
    read: async () => (await readStuckJobs(jobs)).length,
  });
  metrics.gauge({
    name: "wal_archive_age_seconds",
    help: "Age of the newest archived log segment; absent while nothing is archived.",
    read: () => readArchiveAge(database),
  });
  addJournalMetrics(options);
  addFlagGauges(options);
}

/**
 * Engine, faucet, worker and API all write to the journal, from several processes: only the journal itself knows how long
 * it is. What grew since this process began is counted when it is looked at.
 */
function addJournalMetrics({ metrics, database }: GaugesOptions): void {
  const transfers = metrics.counter({ name: "ledger_transfers_total", help: "Transfers committed to the ledger." });
  let counted: number | undefined;
  metrics.gauge({
    name: "ledger_journal_position",
    help: "Rows in the ledger's journal.",
    read: async () => {
      const position = await readJournalPosition(database);
      if (counted !== undefined && position > counted) transfers.increment(undefined, position - counted);
      counted = Math.max(counted ?? 0, position);
      return position;
    },
  });
}

async function isDatabaseUp(database: Database, clock: Clock): Promise<0 | 1> {
  const stop = new AbortController();
  const tooLate = clock.sleep(DATABASE_LIMIT_MS, { signal: stop.signal }).then(
    () => 0 as const,
    () => 0 as const,
  );
  const answered = database.query(sql`select 1`).then(
    () => 1 as const,
    () => 0 as const,
  );
  const up = await Promise.race([answered, tooLate]);
  stop.abort();
  return up;
}

async function readArchiveAge(database: Database): Promise<number | undefined> {
  const [row] = await database.query<{ age: number | null }>(sql`
    select extract(epoch from now() - last_archived_time)::float8 as age from pg_stat_archiver`);
  return row?.age ?? undefined;
}

const WIDE: readonly FlagName[] = ["trading", "withdrawals", "deposits", "maintenance_mode"];

function addFlagGauges({ metrics, cache, listing }: GaugesOptions): void {
  metrics.gauge({
    name: "feature_flag_enabled",
    help: "1 for a switch that is on, as this process acts on it.",
    labels: ["flag"],
    read: () =>
      flagNames(listing).map((flag) => ({ labels: { flag }, value: cache.current().isEnabled(flag) ? 1 : 0 })),
  });
  metrics.gauge({
    name: "feature_flags_closed",
    help: "How many of trading, withdrawals, deposits and maintenance hold customers up.",
    read: () => WIDE.filter((flag) => stopsSomething(flag, cache.current().isEnabled(flag))).length,
  });
  metrics.gauge({
    name: "feature_flag_age_ms",
    help: "Age of the switches as this process knows them.",
    read: () => Math.min(cache.ageMs(), Number.MAX_SAFE_INTEGER),
  });
}

function toSeconds(at: number | undefined): number | undefined {
  return at === undefined ? undefined : at / SECOND_MS;
}
