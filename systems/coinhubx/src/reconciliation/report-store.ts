import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { Mismatch, Report, Verdict } from "./report.ts";

interface ReportRow {
  readonly number: string;
  readonly verdict: Verdict;
  readonly mismatches: Mismatch[];
  readonly journal_position: string;
  readonly started_at: Date;
  readonly finished_at: Date;
}

/** What a report will be known by once its run has ended. */
export type ReportId = `rec_${string}`;

export interface NewReport {
  readonly verdict: Verdict;
  readonly mismatches: readonly Mismatch[];
  readonly reason?: string;
  readonly journalPosition: number;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

/** Takes the next number; a run that fails leaves a gap. */
export async function beginReport(database: Sql): Promise<ReportId> {
  const [row] = await database.query<{ number: string }>(
    sql`select nextval('reconciliation_reports_number_seq') as number`,
  );
  return `rec_${row!.number}`;
}

/** The report whose run began last, over all processes: it is under way, or has ended. */
export async function readLastBegun(database: Sql): Promise<ReportId> {
  const [row] = await database.query<{ number: string }>(
    sql`select last_value as number from reconciliation_reports_number_seq`,
  );
  return `rec_${row!.number}`;
}

export async function storeReport(transaction: Sql, id: ReportId, report: NewReport): Promise<Report> {
  const [row] = await transaction.query<ReportRow>(sql`
    insert into reconciliation_reports (number, verdict, mismatches, reason, journal_position, started_at, finished_at)
      overriding system value
      values (${numberOf(id)!}, ${report.verdict}, ${JSON.stringify(report.mismatches)}, ${report.reason ?? null},
        ${report.journalPosition}, ${formatInstant(report.startedAt)}, ${formatInstant(report.finishedAt)})
      returning *`);
  return toReport(row!);
}

/** Newest first. */
export async function readReports(database: Sql, limit: number): Promise<Report[]> {
  const rows = await database.query<ReportRow>(
    sql`select * from reconciliation_reports order by number desc limit ${limit}`,
  );
  return rows.map(toReport);
}

export async function readReport(database: Sql, id: string): Promise<Report | undefined> {
  const number = numberOf(id);
  if (number === undefined) return undefined;
  const [row] = await database.query<ReportRow>(sql`select * from reconciliation_reports where number = ${number}`);
  return row === undefined ? undefined : toReport(row);
}

/** When the books were last compared completely; unknown before the first time. */
export async function readLastConclusive(database: Sql): Promise<Instant | undefined> {
  const [row] = await database.query<{ at: Date | null }>(
    sql`select max(finished_at) as at from reconciliation_reports where verdict <> 'inconclusive'`,
  );
  return row?.at == null ? undefined : toInstant(row.at.getTime());
}

/** Refuses unless the newest report found that all books agree: neither a mismatch nor "could not tell" will do. */
export async function requireReconciled(transaction: Sql): Promise<Result<void, { readonly code: "NOT_RECONCILED" }>> {
  const [row] = await transaction.query<{ verdict: Verdict }>(
    sql`select verdict from reconciliation_reports order by number desc limit 1`,
  );
  return row?.verdict === "reconciled" ? accept(undefined) : refuse({ code: "NOT_RECONCILED" });
}

function numberOf(id: string): string | undefined {
  return /^rec_(\d{1,15})$/.exec(id)?.[1];
}

function toReport(row: ReportRow): Report {
  return {
    report_id: `rec_${row.number}`,
    reconciled: row.verdict === "reconciled",
    verdict: row.verdict,
    mismatch_count: row.mismatches.length,
    mismatches: row.mismatches,
    journal_position: Number(row.journal_position),
    block: null,
    started_at: row.started_at.toISOString(),
    finished_at: row.finished_at.toISOString(),
  };
}
