import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { newId } from "@assay/primitives/id";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";

/** What one drill on a stack of its own measured. Times in ms. */
export interface MeasuredDrill {
  readonly system: string;
  readonly fault: string;
  readonly alert: string;
  readonly mode: "drill" | "control";
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly reason: string | null;
  readonly runbook: { readonly id: string; readonly sha256: string } | null;
  readonly detectMs: number | null;
  readonly detectLimitMs: number | null;
  readonly recoverMs: number | null;
  readonly recoverLimitMs: number | null;
}

export interface DrillResult extends MeasuredDrill {
  readonly id: string;
  readonly at: Instant;
  readonly by: { readonly id: string; readonly name: string };
}

export interface DrillResultsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
}

/** What is known of drills. They run on stacks of their own, never on the one that this plane watches. */
export interface DrillResults {
  /** Intent and result in one: an entry of the audit log, or nothing is recorded. */
  record(measured: MeasuredDrill, by: DrillResult["by"]): Promise<DrillResult>;
  /** The newest of each fault and mode. */
  latest(): Promise<readonly DrillResult[]>;
}

interface ResultRow {
  readonly id: string;
  readonly system: string;
  readonly fault: string;
  readonly alert: string;
  readonly mode: "drill" | "control";
  readonly passed: boolean;
  readonly reason: string | null;
  readonly runbook_id: string | null;
  readonly runbook_sha256: string | null;
  readonly detect_ms: number | null;
  readonly detect_limit_ms: number | null;
  readonly recover_ms: number | null;
  readonly recover_limit_ms: number | null;
  readonly recorded_at: Date;
  readonly recorded_by: string;
  readonly recorded_by_name: string;
}

const MOST_RESULTS = 1_000;

export function createDrillResults(options: DrillResultsOptions): DrillResults {
  const { database, clock, random, events } = options;
  return {
    record: async (measured, by) => {
      const at = clock.now();
      const result: DrillResult = { ...measured, id: newId("drl", at, random), at, by };
      await database.transaction(async (transaction) => {
        await transaction.execute(sql`
          insert into drill_results (id, system, fault, alert, mode, passed, reason, runbook_id, runbook_sha256, detect_ms,
            detect_limit_ms, recover_ms, recover_limit_ms, recorded_at, recorded_by, recorded_by_name)
          values (${result.id}, ${result.system}, ${result.fault}, ${result.alert}, ${result.mode}, ${result.passed},
            ${result.reason}, ${result.runbook?.id ?? null}, ${result.runbook?.sha256 ?? null}, ${result.detectMs},
            ${result.detectLimitMs}, ${result.recoverMs}, ${result.recoverLimitMs}, ${formatInstant(at)}, ${by.id},
            ${by.name})`);
        const actor = { kind: "person", ...by } as const;
        const { runbook, ...details } = measured;
        const entry = { actor, action: "drill.recorded", target: measured.system };
        await options.audit.append(transaction, {
          ...entry,
          details: { ...details, runbook: runbook && { ...runbook } },
        });
      });
      events.publish({ topic: "runs", id: result.id });
      return result;
    },
    latest: async () => {
      const rows = await database.query<ResultRow>(sql`
        select distinct on (system, fault, mode) * from drill_results
        order by system, fault, mode, recorded_at desc, id desc limit ${MOST_RESULTS}`);
      return rows.map(toResult);
    },
  };
}

function toResult(row: ResultRow): DrillResult {
  const { runbook_id: id, runbook_sha256: sha256 } = row;
  return {
    id: row.id,
    system: row.system,
    fault: row.fault,
    alert: row.alert,
    mode: row.mode,
    passed: row.passed,
    reason: row.reason,
    runbook: id === null || sha256 === null ? null : { id, sha256 },
    detectMs: row.detect_ms,
    detectLimitMs: row.detect_limit_ms,
    recoverMs: row.recover_ms,
    recoverLimitMs: row.recover_limit_ms,
    at: toInstant(row.recorded_at.getTime()),
    by: { id: row.recorded_by, name: row.recorded_by_name },
  };
}
