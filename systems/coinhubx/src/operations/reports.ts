import type { ManifestDeclaration } from "@assay/operations/manifest/manifest";

type Report = NonNullable<ManifestDeclaration["reports"]>[number];
type Figure = NonNullable<NonNullable<Report["sections"]>[number]["figures"]>[number];

/** What the exchange reports beyond what the plane knows of every system. */
export const REPORTS: Report[] = [
  {
    name: "daily-reconciliation",
    title: "Daily reconciliation",
    kind: "compliance",
    schedule: { every: "day", at: "00:30", timeZone: "UTC" },
    sections: [
      {
        title: "Books",
        figures: [
          read("Verdict of the last reconciliation", "", "$.reports[0].verdict"),
          read("Differences it found", "count", "$.reports[0].mismatch_count"),
          read("Row of the journal it looked up to", "count", "$.reports[0].journal_position"),
          read("It ended at", "", "$.reports[0].finished_at"),
          {
            title: "Reconciliations made",
            unit: "count",
            source: { kind: "metric", metric: "reconciliation_runs_total", function: "increase" },
          },
          {
            title: "Reconciliations that found the books equal",
            unit: "count",
            source: {
              kind: "metric",
              metric: "reconciliation_runs_total",
              labels: { verdict: "reconciled" },
              function: "increase",
            },
          },
          {
            title: "Rows added to the journal",
            unit: "count",
            source: { kind: "metric", metric: "ledger_journal_position", function: "increase" },
          },
          {
            title: "Differences that stood",
            unit: "count",
            source: { kind: "threshold", id: "coinhubx.reconciliation.mismatches" },
          },
          {
            title: "Age of the last conclusive reconciliation",
            unit: "s",
            source: { kind: "threshold", id: "coinhubx.reconciliation.age" },
          },
        ],
      },
    ],
  },
  {
    name: "performance",
    title: "Performance of CoinHubX",
    kind: "performance",
    sections: [
      {
        title: "Traffic",
        figures: [
          counted("Requests answered", "http_requests_total"),
          counted("Commands of orders", "engine_commands_total"),
          counted("Trades", "trades_total"),
          counted("Transfers of the ledger", "ledger_transfers_total"),
        ],
      },
    ],
  },
];

function read(title: string, unit: string, select: string): Figure {
  const shown = unit === "" ? "text" : unit;
  return { title, unit: shown, source: { kind: "read", path: "/api/reconciliation/reports?limit=10", select } };
}

function counted(title: string, metric: string): Figure {
  return { title, unit: "count", source: { kind: "metric", metric, function: "increase" } };
}
