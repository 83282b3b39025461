import type { Manifest } from "../manifest/manifest.ts";
import { type CoverageReport, coverageIds, coverageProblems, parseCoverage, reportCoverage } from "./coverage.ts";
import { formatProblem, type Problem } from "./document/problem.ts";
import type { Runbook } from "./document/runbook.ts";
import type { KnownRoute, LintContext } from "./lint/lint-context.ts";
import { lintRunbook } from "./lint/lint-runbook.ts";

export interface RunbookFile {
  /** As printed in messages; the last part must be `<runbook>.md`. */
  readonly path: string;
  readonly text: string;
}

export interface LintOptions {
  readonly files: readonly RunbookFile[];
  readonly manifest: Manifest;
  /** Method and path of every route in the system's API description. Absent: paths are not checked. */
  readonly routes?: readonly KnownRoute[];
  /** Faults beside the manifest's own, such as those of the supervisor. */
  readonly processFaults?: readonly string[];
  /** `coverage.yaml`: where seed lines are answered that no runbook covers. Absent: coverage is not checked. */
  readonly coverage?: RunbookFile;
}

export interface LintReport {
  /** `path:line:column rule: sentence`, in reading order; empty when all is well. */
  readonly problems: readonly string[];
  readonly runbooks: readonly Runbook[];
  readonly coverage?: CoverageReport;
  /** Steps that CI leaves out: `runbook/step: reason`. */
  readonly skippedInCi: readonly string[];
}

/**
 * Lints all runbooks of one system against its manifest and API description, and the manifest's alert rules against
 * the runbooks: every alert has one, and every claim is real (operations.md §7). Reads nothing but its arguments.
 */
export function lintRunbooks(options: LintOptions): LintReport {
  const { manifest, files, routes } = options;
  const parsedCoverage = options.coverage ? parseCoverage(options.coverage.text) : undefined;
  const coverage = parsedCoverage?.coverage;
  const context: LintContext = {
    manifest,
    faults: new Set([...manifest.faults.map(({ name }) => name), ...(options.processFaults ?? [])]),
    ...(routes === undefined ? {} : { routes }),
    ...(coverage === undefined ? {} : { coverageIds: new Set(coverageIds(coverage)) }),
  };
  const linted = files.map((file) => ({ file, ...lintRunbook(file.text, context) }));
  const runbooks = linted.flatMap(({ runbook }) => runbook ?? []);
  const report = coverage ? reportCoverage(coverage, new Set(runbooks.flatMap(({ covers }) => covers))) : undefined;
  const inCoverage = (messages: readonly string[]) =>
    messages.map((message) => `${options.coverage?.path}:1:1 coverage: ${message}`);
  return {
    problems: [
      ...linted.flatMap(({ file, problems, runbook }) =>
        [...problems, ...fileNameProblems(file, runbook)].map((problem) => formatProblem(file.path, problem)),
      ),
      ...alertProblems(manifest, runbooks),
      ...(parsedCoverage?.problems ?? []).map((problem) => formatProblem(options.coverage!.path, problem)),
      ...inCoverage(report ? coverageProblems(report) : []),
    ],
    runbooks,
    skippedInCi: runbooks.flatMap((runbook) =>
      runbook.steps.flatMap(({ name, skipInCi }) => (skipInCi ? [`${runbook.runbook}/${name}: ${skipInCi}`] : [])),
    ),
    ...(report === undefined ? {} : { coverage: report }),
  };
}

function fileNameProblems(file: RunbookFile, runbook: Runbook | undefined): Problem[] {
  if (runbook === undefined || file.path.split("/").at(-1) === `${runbook.runbook}.md`) return [];
  return [{ rule: "file-name", line: 2, column: 1, message: `the file of this runbook is ${runbook.runbook}.md` }];
}

/** Each rule names a runbook that exists and that claims the alert; a page without a runbook helps nobody. */
function alertProblems(manifest: Manifest, runbooks: readonly Runbook[]): string[] {
  return manifest.alertRules.flatMap((rule) => {
    const alert = `${manifest.system}.${rule.name}`;
    const named = runbooks.find(({ runbook }) => runbook === rule.runbook);
    if (named === undefined) return [`${alert} alert-claimed: its runbook \`${rule.runbook}\` does not exist`];
    return named.alerts.includes(alert) ? [] : [`${alert} alert-claimed: \`${rule.runbook}\` does not claim it`];
  });
}
