import type { ManifestDeclaration } from "@assay/operations/manifest/manifest";
import { DAY_MS, HOUR_MS } from "@assay/primitives/instant";
import { CHECKS } from "./thresholds.ts";

type Checklist = NonNullable<ManifestDeclaration["checklists"]>[number];
type Item = NonNullable<Checklist["items"]>[number];

/** The routine of those who run the exchange. Every item that does itself reads the running system. */
export const CHECKLISTS: Checklist[] = [
  {
    name: "daily-close",
    title: "Daily close",
    every: "day",
    timeZone: "UTC",
    opensAt: "09:00",
    dueAt: "12:00",
    signOff: "compliance",
    severity: "warning",
    source: "coinhubx.md §3: checklist daily-close",
    items: [
      {
        id: "reconciled",
        title: "The last reconciliation found the books equal",
        note: "optional",
        check: {
          kind: "read",
          path: "/api/reconciliation/reports?limit=10",
          select: "$.reports[0].verdict",
          matcher: "reconciled",
        },
      },
      onTarget("no-differences", "No difference in the books stands", "coinhubx.reconciliation.mismatches"),
      onTarget("fresh", "The last conclusive reconciliation is young", "coinhubx.reconciliation.age"),
      {
        id: "backup-verified",
        title: "Last night's backup was restored and found good",
        note: "optional",
        check: { kind: "backup", name: "database", what: "verified", withinMs: 26 * HOUR_MS },
      },
      {
        id: "no-dead-letters",
        title: "No job died",
        note: "optional",
        check: { kind: "read", path: "/api/jobs/dead-letter", select: "$.dead_letter", matcher: { len: 0 } },
      },
      {
        id: "totals-read",
        title: "What the exchange owes was read, and yesterday's movements look right",
        role: "compliance",
        note: "optional",
      },
    ],
  },
  {
    name: "morning-watch",
    title: "Morning watch",
    every: "day",
    timeZone: "UTC",
    opensAt: "07:00",
    dueAt: "10:00",
    source: "Health Checks; Key Metrics to Watch",
    items: [
      healthy("alive", "The backend answers", CHECKS.health),
      healthy("ready", "Everything the backend depends on is there", CHECKS.ready),
      healthy("worker", "The worker answers", CHECKS.workerHealth),
      onTarget("errors", "http_errors_total stands still", "coinhubx.http.errors"),
      onTarget("latency", "http_request_duration_ms_p99 is on target", "coinhubx.http.p99"),
      onTarget("dead-letters", "jobs_dead_letter_total: nothing waits for a person", "coinhubx.jobs.dead_letter"),
      onTarget("queue", "jobs_queue_length is short", "coinhubx.jobs.queue"),
      {
        id: "quiet",
        title: "No alert fires at high or above",
        note: "optional",
        check: { kind: "alerts", none: "high" },
      },
      { id: "errors-read", title: "The night's error events were read", note: "optional" },
    ],
  },
  {
    name: "weekly-recovery",
    title: "Weekly recovery check",
    every: "week",
    weekday: 2,
    timeZone: "UTC",
    opensAt: "09:00",
    dueAt: "17:00",
    source: "Database Operations: Manual Backup, List Backups, Restore",
    items: [
      {
        id: "drilled",
        title: "A backup was restored into a scratch cluster this week, and the measured times hold",
        note: "optional",
        check: { kind: "backup", name: "database", what: "drilled", withinMs: 8 * DAY_MS },
      },
      onTarget("archive", "The log is archived within its time", "coinhubx.backup.wal_age"),
      { id: "second-location", title: "The second location was opened and holds this week's copies", note: "required" },
      { id: "known-issues", title: "Known issues of dead jobs still say what to do", note: "optional" },
    ],
  },
  {
    name: "monthly-review",
    title: "Monthly review of the runbooks",
    every: "month",
    dayOfMonth: 1,
    timeZone: "UTC",
    opensAt: "09:00",
    dueAt: "17:00",
    source: "This runbook is a living document. Update after each incident.",
    items: [
      { id: "incidents", title: "What last month's incidents taught is in the runbooks", note: "required" },
      { id: "contacts", title: "On-call, database and security contacts are right" },
      { id: "limits", title: "Velocity limits and alert levels still fit the traffic", note: "optional" },
    ],
  },
];

function onTarget(id: string, title: string, threshold: string): Item {
  return { id, title, note: "optional", check: { kind: "threshold", id: threshold } };
}

function healthy(id: string, title: string, check: string): Item {
  return { id, title, note: "optional", check: { kind: "health", id: check } };
}
