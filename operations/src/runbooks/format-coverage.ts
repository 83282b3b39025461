import type { Coverage, CoverageReport } from "./coverage.ts";

/** `62 of 101`, and below it every line that no runbook covers, with where it is answered or why it is not. */
export function formatCoverage(system: string, coverage: Coverage, report: CoverageReport): string {
  const { ids, covered, elsewhere, notOurs, later, missing } = report;
  const ours = ids.length - notOurs.length;
  const drawer = (title: string, reasons: Readonly<Record<string, string>>): string[] =>
    Object.keys(reasons).length === 0
      ? []
      : [`  ${title}`, ...Object.entries(reasons).map(([id, reason]) => `    ${id.padEnd(7)} ${reason}`)];
  return [
    `${system}: runbooks cover ${covered.length} of ${ids.length} lines of its specification (${ids[0]} to ${ids.at(-1)})`,
    `  ${ours} are ours; ${elsewhere.length} are answered elsewhere, ${later.length} later, ${missing.length} nowhere`,
    ...drawer("answered elsewhere", coverage.elsewhere),
    ...drawer("not ours", coverage["not-ours"]),
    ...drawer("later", coverage.later),
    ...(missing.length === 0 ? [] : [`  nowhere`, `    ${missing.join(" ")}`]),
  ].join("\n");
}
