import { type DrillReportView, type DrillStatus, drillReportSchema } from "@assay/operations/api/schema/drills";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { formatTable, printable, type Style } from "@assay/platform/command-line/terminal";
import { Failure } from "@assay/primitives/failure";
import { z } from "zod";
import { planeSession } from "../plane/plane-session.ts";
import { type KnownDrill, knownDrills } from "./known-drills.ts";

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
  const named = await knownDrills(context.repository);
  const report = await readReport(context).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  });
  const drills = [...named, ...(report === undefined ? [] : await shownFaults(context, report, named))];
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

const systemSchema = z.object({
  manifest: z.object({ faults: z.array(z.object({ name: z.string(), alert: z.string() })) }),
});

/** Faults that running systems show beside those; only a stack with faults enabled shows any. */
async function shownFaults(
  context: CommandContext,
  { byAlert }: DrillReportView,
  named: readonly KnownDrill[],
): Promise<KnownDrill[]> {
  const found: KnownDrill[] = [];
  for (const system of new Set(byAlert.map((one) => one.system))) {
    const path = `/api/systems/${encodeURIComponent(system)}`;
    const { manifest } = await planeSession(context).call(path, systemSchema);
    for (const { name: fault, alert } of manifest.faults) {
      const runbook = byAlert.find((one) => one.system === system && one.alert === alert)?.runbook ?? "";
      if (!named.some((one) => one.system === system && one.fault === fault))
        found.push({ system, fault, alert, runbook });
    }
  }
  return found;
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
