import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { formatTable } from "@assay/platform/command-line/terminal";
import { z } from "zod";
import { reconciliationRunSchema, reconciliationUnderWaySchema } from "../api/schema/reconciliation.ts";
import { callAsOperator } from "./call-exchange.ts";

const TIMEOUT_MS = 120_000;

export const reconcile = defineCommand({
  name: "coinhubx reconcile",
  summary: "compare all books now",
  details: "Compares ledger, journal, orders and engine in one snapshot. A mismatch stops trading and withdrawals.",
  examples: [["assay coinhubx reconcile", "do the books agree?"]],
  exits: { 1: "they do not agree, or nobody could tell within a minute" },
  async run(context) {
    const { terminal } = context;
    const request = { method: "POST" as const, body: {}, timeoutMs: TIMEOUT_MS };
    const report = await callAsOperator(context, {
      path: "/api/reconciliation/run",
      schema: z.union([reconciliationRunSchema, reconciliationUnderWaySchema]),
      request,
    });
    if ("status" in report) {
      if (terminal.isJson) terminal.printJson(report);
      else terminal.print(`Still running. Later: assay curl coinhubx /api/reconciliation/reports/${report.report_id}`);
      return EXIT.failed;
    }
    const exit = report.reconciled ? EXIT.ok : EXIT.failed;
    if (terminal.isJson) {
      terminal.printJson(report);
      return exit;
    }
    const verdict = terminal.style(report.reconciled ? "good" : "bad", report.verdict);
    terminal.print(`${report.report_id}: ${verdict} at journal position ${report.journal_position}`);
    if (report.mismatches.length === 0) return exit;
    const columns = [
      { title: "CHECK", text: (row: (typeof report.mismatches)[number]) => row.check },
      { title: "ACCOUNT", text: (row: (typeof report.mismatches)[number]) => row.account_id ?? "-" },
      { title: "CUSTOMER", text: (row: (typeof report.mismatches)[number]) => row.user_id ?? "-" },
      { title: "EXPECTED", text: (row: (typeof report.mismatches)[number]) => row.expected },
      { title: "ACTUAL", text: (row: (typeof report.mismatches)[number]) => row.actual },
      { title: "FROM ROW", text: (row: (typeof report.mismatches)[number]) => String(row.first_sequence ?? "-") },
    ];
    terminal.print(formatTable(terminal, columns, report.mismatches));
    return exit;
  },
});
