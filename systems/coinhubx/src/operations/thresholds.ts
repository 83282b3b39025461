import type { Threshold } from "@assay/operations/thresholds/threshold";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";

const NO_LABELS = {};
const HOUR_S = HOUR_MS / SECOND_MS;
const DAY_S = DAY_MS / SECOND_MS;
const WINDOW_MS = 5 * MINUTE_MS;

/** The checks of the plane, whose results it records as `probe_success` and `probe_duration_ms`. */
export const CHECKS = {
  health: "coinhubx.backend.health",
  ready: "coinhubx.backend.ready",
  workerHealth: "coinhubx.worker.health",
  frontendHealth: "coinhubx.frontend.health",
} as const;

const http: readonly Threshold[] = [
  {
    id: "coinhubx.http.errors",
    title: "Failed requests in 5 minutes",
    unit: "count",
    expression: { kind: "increase", metric: "http_errors_total", labels: NO_LABELS, windowMs: WINDOW_MS },
    target: { op: "lte", value: 0 },
    levels: { high: { op: "gte", value: 10 }, critical: { op: "gt", value: 50 } },
    forMs: 0,
    source: "Key Metrics to Watch: http_errors_total; Alert: ERROR_THRESHOLD",
  },
  {
    id: "coinhubx.http.p99",
    title: "Slowest hundredth of requests",
    unit: "ms",
    expression: {
      kind: "quantile",
      metric: "http_request_duration_ms",
      labels: NO_LABELS,
      quantile: 0.99,
      windowMs: WINDOW_MS,
    },
    target: { op: "lte", value: 500 },
    levels: { warning: { op: "gt", value: 2_000 }, critical: { op: "gt", value: 5_000 } },
    forMs: 2 * MINUTE_MS,
    minimumTraffic: { metric: "http_requests_total", windowMs: WINDOW_MS, count: 100 },
    source: "Key Metrics to Watch: http_request_duration_ms_p99; Incident 1",
  },
  {
    id: "coinhubx.health.latency",
    title: "Time of the liveness probe",
    unit: "ms",
    expression: { kind: "gauge", metric: "probe_duration_ms", labels: { check: CHECKS.health }, aggregate: "max" },
    target: { op: "lt", value: 100 },
    levels: {},
    forMs: 0,
    source: "Liveness Check: Response Time < 100ms",
  },
  {
    id: "coinhubx.ready.latency",
    title: "Time of the readiness probe",
    unit: "ms",
    expression: { kind: "gauge", metric: "probe_duration_ms", labels: { check: CHECKS.ready }, aggregate: "max" },
    target: { op: "lt", value: 1_000 },
    levels: {},
    forMs: 0,
    source: "Readiness Check: Response Time < 1000ms",
  },
];

const processes: readonly Threshold[] = [
  {
    id: "coinhubx.backend.up",
    title: "Backend answers its liveness probe",
    unit: "bool",
    expression: { kind: "gauge", metric: "probe_success", labels: { check: CHECKS.health }, aggregate: "min" },
    target: { op: "gte", value: 1 },
    levels: { critical: { op: "lt", value: 1 } },
    // Three probes in a row, one each 5 s.
    forMs: 10 * SECOND_MS,
    source: "coinhubx.md §5: BACKEND_DOWN",
  },
  {
    id: "coinhubx.database.up",
    title: "Database answers",
    unit: "bool",
    expression: { kind: "gauge", metric: "database_up", labels: NO_LABELS, aggregate: "min" },
    target: { op: "gte", value: 1 },
    levels: { critical: { op: "lt", value: 1 } },
    forMs: 15 * SECOND_MS,
    source: "Incident 2: Database Connection Failure",
  },
  {
    id: "coinhubx.worker.heartbeat",
    title: "Age of the worker's last sign of life",
    unit: "s",
    expression: { kind: "age", metric: "worker_heartbeat_timestamp_seconds", labels: NO_LABELS },
    target: { op: "lte", value: 10 },
    levels: { high: { op: "gt", value: 30 }, critical: { op: "gt", value: 120 } },
    forMs: 0,
    source: "coinhubx.md §5: WORKER_DOWN",
  },
  {
    id: "coinhubx.engine.leader",
    title: "Every market has an engine",
    unit: "bool",
    expression: {
      kind: "gauge",
      metric: "engine_leader",
      labels: NO_LABELS,
      aggregate: "min",
      inner: "max",
      innerBy: ["market"],
    },
    target: { op: "gte", value: 1 },
    levels: { critical: { op: "lt", value: 1 } },
    forMs: 15 * SECOND_MS,
    source: "coinhubx.md §5: ENGINE_DOWN",
  },
  {
    id: "coinhubx.engine.replay",
    title: "Markets whose replay differed",
    unit: "count",
    expression: { kind: "gauge", metric: "engine_replay_mismatch", labels: NO_LABELS, aggregate: "max" },
    target: { op: "lte", value: 0 },
    levels: { critical: { op: "gt", value: 0 } },
    forMs: 0,
    source: "coinhubx.md §5: ENGINE_REPLAY_MISMATCH",
  },
  {
    id: "coinhubx.chain.lag",
    title: "Blocks the best RPC endpoint is behind",
    unit: "blocks",
    expression: { kind: "gauge", metric: "chain_lag_blocks", labels: NO_LABELS, aggregate: "max" },
    target: { op: "lte", value: 2 },
    levels: { warning: { op: "gt", value: 10 }, critical: { op: "gt", value: 50 } },
    forMs: MINUTE_MS,
    source: "coinhubx.md §5: CHAIN_LAG",
  },
];

const jobs: readonly Threshold[] = [
  {
    id: "coinhubx.jobs.dead_letter",
    title: "Jobs that exhausted their retries",
    unit: "count",
    expression: { kind: "gauge", metric: "jobs_dead_letter_current", labels: NO_LABELS, aggregate: "max" },
    target: { op: "lte", value: 0 },
    levels: { warning: { op: "gt", value: 0 }, critical: { op: "gt", value: 5 } },
    forMs: 0,
    source: "Incident 4: Dead Letter Jobs; Alert: DEAD_LETTER_JOB",
  },
  {
    id: "coinhubx.jobs.queue",
    title: "Jobs that are due and wait",
    unit: "count",
    expression: { kind: "gauge", metric: "jobs_queue_length", labels: NO_LABELS, aggregate: "max" },
    target: { op: "lte", value: 10 },
    levels: { warning: { op: "gt", value: 50 }, critical: { op: "gt", value: 100 } },
    forMs: 2 * MINUTE_MS,
    source: "Key Metrics to Watch: jobs_queue_length",
  },
];

const books: readonly Threshold[] = [
  {
    id: "coinhubx.reconciliation.mismatches",
    title: "Differences found by the last reconciliation",
    unit: "count",
    // Backend and worker both show the newest report.
    expression: {
      kind: "gauge",
      metric: "reconciliation_mismatches_current",
      labels: NO_LABELS,
      aggregate: "sum",
      inner: "max",
      innerBy: ["check"],
    },
    target: { op: "lte", value: 0 },
    levels: { critical: { op: "gt", value: 0 } },
    forMs: 0,
    source: "Incident 5; Alert: RECONCILIATION_MISMATCH",
  },
  {
    id: "coinhubx.reconciliation.age",
    title: "Time since the last conclusive reconciliation",
    unit: "s",
    expression: { kind: "age", metric: "reconciliation_last_conclusive_timestamp_seconds", labels: NO_LABELS },
    target: { op: "lte", value: 330 },
    levels: { warning: { op: "gt", value: 900 }, critical: { op: "gt", value: 3_600 } },
    forMs: 0,
    source: "coinhubx.md §5: RECONCILIATION_STALE",
  },
  {
    id: "coinhubx.flags.closed",
    title: "Switches that hold customers up",
    unit: "count",
    expression: { kind: "gauge", metric: "feature_flags_closed", labels: NO_LABELS, aggregate: "max" },
    target: { op: "lte", value: 0 },
    levels: { high: { op: "gt", value: 0 } },
    forMs: 0,
    source: "Emergency Procedures: Kill Switch",
  },
  {
    id: "coinhubx.backup.age",
    title: "Time since the last verified backup",
    unit: "s",
    expression: { kind: "age", metric: "backup_last_verified_timestamp_seconds", labels: NO_LABELS },
    target: { op: "lte", value: DAY_S },
    levels: { warning: { op: "gt", value: 26 * HOUR_S }, critical: { op: "gt", value: 50 * HOUR_S } },
    forMs: 0,
    source: "Database Operations: Manual Backup",
  },
  {
    id: "coinhubx.backup.wal_age",
    title: "Age of the newest archived log segment",
    unit: "s",
    expression: { kind: "gauge", metric: "wal_archive_age_seconds", labels: NO_LABELS, aggregate: "max" },
    target: { op: "lte", value: 60 },
    levels: { warning: { op: "gt", value: 180 }, critical: { op: "gt", value: 900 } },
    forMs: 0,
    source: "coinhubx.md §5: BACKUP_STALE",
  },
];

/** Every number that decides something about CoinHubX (coinhubx.md §5), once. */
export const THRESHOLDS: readonly Threshold[] = [...http, ...processes, ...jobs, ...books];
