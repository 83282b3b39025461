import { type DrillReportView, type DrillStatus, drillReportSchema } from "@assay/operations/api/schema/drills";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { formatTable, printable, type Style } from "@assay/platform/command-line/terminal";
import { Failure } from "@assay/primitives/failure";
import { planeSession } from "../plane/plane-session.ts";
import { knownDrills } from "./known-drills.ts";

const STYLES: Readonly<Record<DrillStatus, Style>> = {
  passed: "good",
  failed: "bad",
  outdated: "warning",
  never: "warning",
  none: "quiet",
};

/** What can be broken, and what became of it last, where a plane is there to say. */
export async function listDrills(context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  const drills = await knownDrills(context.repository);
  const report = await readReport(context).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  });
  const rows = drills.map((drill) => {
    const known = report?.byAlert.find(({ system, alert }) => system === drill.system && alert === drill.alert);
    return { ...drill, status: known?.status ?? null, at: known?.last?.at ?? null };
  });
  if (terminal.isJson) terminal.printJson(rows);
  else {
    const columns = [
      { title: "SYSTEM", text: (row: (typeof rows)[number]) => row.system },
      { title: "FAULT", text: (row: (typeof rows)[number]) => row.fault },
      { title: "ALERT", text: (row: (typeof rows)[number]) => row.alert },
      { title: "RUNBOOK", text: (row: (typeof rows)[number]) => row.runbook },
      {
        title: "LAST",
        text: (row: (typeof rows)[number]) => row.status ?? "unknown",
        style: ({ status }: (typeof rows)[number]) => (status === null ? undefined : STYLES[status]),
      },
      { title: "AT", text: (row: (typeof rows)[number]) => row.at ?? "" },
    ];
    terminal.print(formatTable(terminal, columns, rows));
    if (report === undefined) terminal.printError('Sign in with "assay login" to see what drills have shown.');
  }
  return EXIT.ok;
}

/** The published number: alerts with a passing drill of all alerts, and what drills leave out. */
export async function reportDrills(context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  const report = await readReport(context);
  if (terminal.isJson) terminal.printJson(report);
  else {
    const { alerts, proven, byAlert, skipped } = report;
    const style = proven === alerts ? "good" : "warning";
    terminal.print(terminal.style(style, `${proven} of ${alerts} alerts are proven by a drill.`));
    for (const { system, alert, status, fault, last } of byAlert) {
      const why = status === "failed" ? `: ${firstLine(last?.reason ?? "")}` : "";
      const what = fault === null ? "no fault is named for it" : `${status} (${fault})${why}`;
      if (status !== "passed")
        terminal.print(`  ${terminal.style(STYLES[status], `${system}.${alert}`)} ${printable(what)}`);
    }
    if (skipped.length > 0) terminal.print("Steps that drills leave out:");
    for (const { system, runbook, step, reason } of skipped)
      terminal.print(`  ${system} ${runbook}/${step}: ${printable(reason)}`);
  }
  return report.proven === report.alerts ? EXIT.ok : EXIT.failed;
}

async function readReport(context: CommandContext): Promise<DrillReportView> {
  return await planeSession(context).call("/api/drills", drillReportSchema);
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
