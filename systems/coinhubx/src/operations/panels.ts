import type { Manifest } from "@assay/operations/manifest/manifest";

type Panel = Manifest["panels"][number];

function chart(id: string, title: string, source: { threshold: string } | { metric: string }): Panel {
  return { id, title, kind: "chart", everyMs: 5_000, ...source };
}

/** What the console shows of CoinHubX; each chart draws the number that a rule compares. */
export const PANELS: Panel[] = [
  {
    id: "book",
    title: "Book of ETH-USDT",
    kind: "table",
    read: "/api/markets/ETH-USDT/book",
    select: "$",
    everyMs: 1_000,
  },
  {
    id: "trades",
    title: "Last trades of ETH-USDT",
    kind: "table",
    read: "/api/markets/ETH-USDT/trades",
    select: "$.trades",
    everyMs: 2_000,
  },
  chart("journal", "Rows in the ledger's journal", { metric: "ledger_journal_position" }),
  chart("latency", "Slowest hundredth of requests", { threshold: "coinhubx.http.p99" }),
  chart("errors", "Failed requests in 5 minutes", { threshold: "coinhubx.http.errors" }),
  chart("mismatches", "Differences in the books", { threshold: "coinhubx.reconciliation.mismatches" }),
  chart("reconciled", "Since the last reconciliation", { threshold: "coinhubx.reconciliation.age" }),
  chart("queue", "Jobs that wait", { threshold: "coinhubx.jobs.queue" }),
  chart("heartbeat", "Since the worker's last sign of life", { threshold: "coinhubx.worker.heartbeat" }),
  chart("chain", "Blocks behind the chain", { threshold: "coinhubx.chain.lag" }),
  { id: "flags", title: "Switches", kind: "table", read: "/api/feature-flags", select: "$.flags", everyMs: 2_000 },
  {
    id: "reports",
    title: "Reconciliations",
    kind: "table",
    read: "/api/reconciliation/reports?limit=10",
    select: "$.reports",
    everyMs: 5_000,
  },
  { id: "backups", title: "Backups", kind: "table", read: "/api/backups", select: "$.backups", everyMs: 15_000 },
  {
    id: "sums",
    title: "What the exchange owes",
    kind: "table",
    read: "/api/admin/ledger/sums",
    select: "$.sums",
    everyMs: 5_000,
  },
];

/** What the console may read through the plane. */
export const READS: Manifest["reads"] = [
  { path: "/api/dashboard", role: "viewer" },
  { path: "/api/ready", role: "viewer" },
  { path: "/api/markets", role: "viewer" },
  { path: "/api/markets/ETH-USDT/book", role: "viewer" },
  { path: "/api/markets/ETH-USDT/trades", role: "viewer" },
  { path: "/api/feature-flags", role: "viewer" },
  { path: "/api/errors", role: "viewer" },
  { path: "/api/errors?group=1", role: "viewer" },
  { path: "/api/jobs", role: "viewer" },
  { path: "/api/jobs/dead-letter", role: "viewer" },
  { path: "/api/reconciliation/reports", role: "viewer" },
  { path: "/api/reconciliation/reports?limit=10", role: "viewer" },
  { path: "/api/backups", role: "viewer" },
  { path: "/api/admin/ledger/sums", role: "viewer" },
];
