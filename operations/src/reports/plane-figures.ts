import type { Sql } from "@assay/platform/storage/database";
import { fragment, type SqlStatement, sql } from "@assay/platform/storage/sql";
import { formatInstant } from "@assay/primitives/instant";
import type { FigureSource } from "../manifest/report.ts";
import { type Figure, noData, type ReportWindow } from "./report.ts";

export type PlaneFigure = Extract<FigureSource, { kind: "plane" }>["figure"];

type Query = (system: string, from: string, to: string) => SqlStatement;

/** Rows of the plane's own records whose time lies in the window. */
const counted =
  (table: SqlStatement, time: SqlStatement, condition: SqlStatement = fragment`true`): Query =>
  (system, from, to) =>
    sql`select count(*)::float8 as value, count(*)::int as samples from ${table}
      where system = ${system} and ${time} >= ${from} and ${time} < ${to} and ${condition}`;

/** Mean seconds from the opening of an incident to a later moment of it. */
const meanTime =
  (until: SqlStatement): Query =>
  (system, from, to) =>
    sql`select avg(extract(epoch from ${until} - opened_at))::float8 as value, count(${until})::int as samples
      from incidents where system = ${system} and opened_at >= ${from} and opened_at < ${to}`;

/** People sign in to the plane and not to a system, so that these are the same in the report of each. */
const audited =
  (condition: SqlStatement): Query =>
  (_, from, to) =>
    sql`select count(*)::float8 as value, count(*)::int as samples from audit_entries
      where recorded_at >= ${from} and recorded_at < ${to} and ${condition}`;

const QUERIES: Readonly<Record<PlaneFigure, Query>> = {
  alerts: counted(fragment`alerts`, fragment`fired_at`),
  incidents: counted(fragment`incidents`, fragment`opened_at`),
  "time-to-acknowledge": meanTime(fragment`acknowledged_at`),
  "time-to-resolve": meanTime(fragment`resolved_at`),
  runs: counted(fragment`runbook_runs`, fragment`started_at`),
  "run-failures": counted(fragment`runbook_runs`, fragment`started_at`, fragment`verdict <> 'passed'`),
  approvals: counted(fragment`approvals`, fragment`created_at`),
  "approvals-refused": counted(fragment`approvals`, fragment`created_at`, fragment`state = 'refused'`),
  actions: counted(fragment`action_runs`, fragment`started_at`),
  "sign-ins": audited(fragment`leaf::jsonb ->> 'action' = 'session.opened'`),
  "sign-in-failures": audited(fragment`leaf::jsonb ->> 'action' = 'session.refused'`),
  "audit-entries": audited(fragment`true`),
  "checklists-in-time": counted(fragment`checklist_rounds`, fragment`signed_at`, fragment`signed_at <= due_at`),
  "checklists-late": counted(fragment`checklist_rounds`, fragment`signed_at`, fragment`signed_at > due_at`),
  "checklists-missed": counted(fragment`checklist_rounds`, fragment`missed_at`, fragment`signed_at is null`),
  "backups-verified": counted(
    fragment`backup_runs`,
    fragment`ended_at`,
    fragment`kind = 'verify' and verdict = 'passed'`,
  ),
  "restore-drills": counted(fragment`backup_runs`, fragment`ended_at`, fragment`kind = 'drill' and verdict = 'passed'`),
};

const TIMEOUT_MS = 10_000;

export interface PlaneFigureRequest {
  readonly figure: PlaneFigure;
  readonly title: string;
  readonly unit: string;
  readonly system: string;
  readonly window: ReportWindow;
}

/** What the plane's own records say. Before its first record it has no data: that is not nothing that happened. */
export async function planeFigure(
  database: { transaction: <T>(work: (tx: Sql) => Promise<T>, options: object) => Promise<T> },
  { figure, title, unit, system, window }: PlaneFigureRequest,
): Promise<Figure> {
  const [from, to] = [formatInstant(window.from), formatInstant(window.to)];
  const statement = QUERIES[figure](system, from, to);
  const of = { title, unit, source: readable(statement) };
  return await database.transaction(
    async (tx) => {
      const since = await firstRecordAt(tx);
      if (since === undefined || since >= window.to) return noData(of, "the plane keeps records only since later");
      const [row] = await tx.query<{ value: number | null; samples: number }>(statement);
      const note = since > window.from ? `since ${new Date(since).toISOString()}, the plane's first record` : null;
      const found = { value: row?.value ?? null, samples: row?.samples ?? 0, statistics: null, points: [] };
      return found.value === null ? noData(of, "nothing to measure happened") : { ...of, ...found, note };
    },
    { readOnly: true, timeoutMs: TIMEOUT_MS },
  );
}

/** When the plane began to keep records; undefined before it did. */
export async function firstRecordAt(database: Sql): Promise<number | undefined> {
  const [first] = await database.query<{ at: Date | null }>(
    sql`select min(recorded_at) as at from audit_entries where sequence < 100`,
  );
  return first?.at?.getTime();
}

/** The query with its values in their places, for people: they may run it themselves. */
function readable({ text, values }: SqlStatement): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/\$(\d+)/g, (_, number: string) => `'${String(values[Number(number) - 1]).replaceAll("'", "''")}'`);
}
