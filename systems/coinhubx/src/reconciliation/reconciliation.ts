import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import type { Instant } from "@assay/primitives/instant";
import { disableFlags, type FlagChange, logFlagChanges } from "../feature-flags/flag-store.ts";
import { EMPTY_JOURNAL, type JournalHead } from "../ledger/ledger-store.ts";
import { readLastVerified, storeVerified } from "../ledger/verify-journal.ts";
import { checkBacking } from "./check-backing.ts";
import { checkBalances } from "./check-balances.ts";
import { checkBooks } from "./check-books.ts";
import { checkChain, checkSums } from "./check-sums.ts";
import type { Mismatch, Report } from "./report.ts";
import {
  beginReport,
  type NewReport,
  type ReportId,
  readLastBegun,
  readReport,
  readReports,
  storeReport,
} from "./report-store.ts";

export interface ReconciliationOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hears of each report after it was stored. */
  readonly onReport?: (report: Report) => void;
}

export interface RunOptions {
  /** The hash chain from its first row, as once a day, or from the last row found good. */
  readonly chain?: "first" | "last_verified";
}

export interface Reconciliation {
  /**
   * Compares all books in one snapshot, with no tolerance. A mismatch switches trading and withdrawals off in the commit
   * that stores the report. A second caller, in this process or another, joins the run that is under way, unless it asks
   * for the whole chain, which that run may not look at.
   * @throws Failure `DATABASE_UNAVAILABLE`: then there is no report at all.
   */
  run(options?: RunOptions): Promise<Report>;
  /** The report that the run under way will store. */
  underWay(): Promise<ReportId>;
  reports(limit: number): Promise<Report[]>;
  report(id: string): Promise<Report | undefined>;
}

export function createReconciliation(options: ReconciliationOptions): Reconciliation {
  const { database } = options;
  let running: Promise<Report> | undefined;
  return {
    run(runOptions = {}) {
      if (running !== undefined && runOptions.chain !== "first") return running;
      const run = runAlone(options, runOptions).finally(() => {
        if (running === run) running = undefined;
      });
      running = run;
      return run;
    },
    underWay: () => readLastBegun(database),
    reports: (limit) => readReports(database, limit),
    report: (id) => readReport(database, id),
  };
}

const RUN_TIMEOUT_MS = 5 * 60_000;
const STOPPED = ["trading", "withdrawals"] as const;

interface Finished {
  readonly report: Report;
  readonly changes: readonly FlagChange[];
  readonly isJoined: boolean;
}

/** One run at a time over all processes: the lock is held by the transaction that stores the report. */
async function runAlone(options: ReconciliationOptions, runOptions: RunOptions): Promise<Report> {
  const { database, logger, onReport } = options;
  const newest = (await readReports(database, 1))[0]?.report_id;
  const { report, changes, isJoined } = await database.transaction(
    async (transaction): Promise<Finished> => {
      await transaction.execute(sql`set local idle_in_transaction_session_timeout = 0`);
      await transaction.query(sql`select pg_advisory_xact_lock(hashtextextended('coinhubx.reconciliation', 0))`);
      const [latest] = await readReports(transaction, 1);
      const isNew = latest !== undefined && latest.report_id !== newest;
      if (isNew && runOptions.chain !== "first") return { report: latest, changes: [], isJoined: true };
      const id = await beginReport(transaction);
      const { found, verified } = await compareBooks(options, runOptions);
      const report = await storeReport(transaction, id, found);
      if (verified !== undefined) await storeVerified(transaction, verified);
      const changes = report.verdict === "mismatch" ? await stop(transaction, report) : [];
      return { report, changes, isJoined: false };
    },
    { timeoutMs: RUN_TIMEOUT_MS },
  );
  if (isJoined) return report;
  if (report.verdict === "mismatch") {
    const { report_id, mismatch_count, mismatches } = report;
    logger.error({ report_id, mismatch_count, first: mismatches[0] }, "RECONCILIATION_MISMATCH");
    logFlagChanges(logger, changes);
  }
  onReport?.(report);
  return report;
}

/** Paying out of books that do not match loses coins for good, so withdrawals stop with trading. */
function stop(transaction: Sql, report: Report): Promise<FlagChange[]> {
  const reason = `reconciliation ${report.report_id} found ${report.mismatch_count} mismatches`;
  return disableFlags(transaction, STOPPED, { by: "reconciliation", reason });
}

interface Compared {
  readonly found: NewReport;
  /** The end of the journal, when the chain is good up to there. */
  readonly verified?: JournalHead;
}

async function compareBooks({ database, clock }: ReconciliationOptions, { chain }: RunOptions): Promise<Compared> {
  const startedAt = clock.now();
  try {
    return await database.transaction(async (snapshot) => await compareIn(snapshot, { clock, startedAt, chain }), {
      isolation: "repeatable read",
      readOnly: true,
      timeoutMs: RUN_TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const found = { verdict: "inconclusive" as const, mismatches: [], reason: error.code, journalPosition: 0 };
    return { found: { ...found, startedAt, finishedAt: clock.now() } };
  }
}

interface Comparison {
  readonly clock: Clock;
  readonly startedAt: Instant;
  readonly chain: RunOptions["chain"];
}

async function compareIn(snapshot: Sql, { clock, startedAt, chain }: Comparison): Promise<Compared> {
  // Sums over all accounts fit in memory instead of going through files.
  await snapshot.execute(sql`set local work_mem = '64MB'`);
  const from = chain === "first" ? EMPTY_JOURNAL : await readLastVerified(snapshot);
  const { mismatches: broken, verdict } = await checkChain(snapshot, from);
  const mismatches: Mismatch[] = [
    ...broken,
    ...(await checkSums(snapshot)),
    ...(await checkBalances(snapshot)),
    ...(await checkBacking(snapshot)),
    ...(await checkBooks(snapshot)),
  ];
  const found: NewReport = {
    verdict: mismatches.length === 0 ? "reconciled" : "mismatch",
    mismatches,
    journalPosition: verdict.ok ? verdict.head.position : verdict.sequence,
    startedAt,
    finishedAt: clock.now(),
  };
  return verdict.ok && verdict.head.position > 0 ? { found, verified: verdict.head } : { found };
}
