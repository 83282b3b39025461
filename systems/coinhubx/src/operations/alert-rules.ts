import { type AlertRule, alertRuleSchema } from "@assay/operations/thresholds/alert-rule";
import type { z } from "zod";

const rules: readonly z.input<typeof alertRuleSchema>[] = [
  {
    name: "ERROR_THRESHOLD",
    summary: "Requests of customers fail for reasons of ours.",
    thresholds: ["coinhubx.http.errors"],
    runbook: "high-error-rate",
  },
  {
    name: "HIGH_LATENCY",
    summary: "Pages and orders are slow.",
    thresholds: ["coinhubx.http.p99"],
    runbook: "high-latency",
  },
  {
    name: "DEAD_LETTER_JOB",
    summary: "A background operation failed for good and waits for a person.",
    thresholds: ["coinhubx.jobs.dead_letter"],
    runbook: "dead-letter-jobs",
  },
  {
    name: "JOBS_BACKLOG",
    summary: "Background operations queue up.",
    thresholds: ["coinhubx.jobs.queue"],
    runbook: "jobs-backlog",
  },
  {
    name: "RECONCILIATION_MISMATCH",
    summary: "The books do not agree; trading and withdrawals have stopped by themselves.",
    thresholds: ["coinhubx.reconciliation.mismatches"],
    runbook: "reconciliation-mismatch",
  },
  {
    name: "RECONCILIATION_STALE",
    summary: "Nobody knows whether the books agree.",
    thresholds: ["coinhubx.reconciliation.age"],
    runbook: "reconciliation-stale",
  },
  {
    name: "DATABASE_UNHEALTHY",
    summary: "The database does not answer; no order or transfer is accepted.",
    thresholds: ["coinhubx.database.up"],
    runbook: "database-down",
    inhibits: ["ERROR_THRESHOLD", "HIGH_LATENCY", "RECONCILIATION_STALE", "WORKER_DOWN"],
  },
  {
    name: "BACKEND_DOWN",
    summary: "The backend does not answer; customers cannot reach the exchange.",
    thresholds: ["coinhubx.backend.up"],
    runbook: "backend-down",
  },
  {
    name: "WORKER_DOWN",
    summary: "The worker is silent; reconciliation, backups and mail stand still.",
    thresholds: ["coinhubx.worker.heartbeat"],
    runbook: "worker-down",
  },
  {
    name: "ENGINE_DOWN",
    summary: "A market has no matching engine; its orders are refused.",
    thresholds: ["coinhubx.engine.leader"],
    runbook: "engine-down",
  },
  {
    name: "ENGINE_REPLAY_MISMATCH",
    summary: "A market's journal does not lead to the state it was left in; it takes cancels only.",
    thresholds: ["coinhubx.engine.replay"],
    runbook: "engine-replay-mismatch",
  },
  {
    name: "BACKUP_STALE",
    summary: "The newest verified copy of the books is too old.",
    thresholds: ["coinhubx.backup.age", "coinhubx.backup.wal_age"],
    runbook: "backup-stale",
  },
  {
    name: "KILL_SWITCH_ENGAGED",
    summary: "A kill switch holds customers up.",
    thresholds: ["coinhubx.flags.closed"],
    runbook: "kill-switch-engaged",
    pages: "everyone",
  },
];

/** When the thresholds become pages (coinhubx.md §5). */
export const ALERT_RULES: readonly AlertRule[] = rules.map((rule) => alertRuleSchema.parse(rule));
