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
  /** In the same form: what may run like this, and somebody should know. */
  readonly warnings: readonly string[];
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
  const found = (isWarning: boolean) =>
    linted.flatMap(({ file, problems, runbook }) =>
      [...problems, ...fileNameProblems(file, runbook)]
        .filter((problem) => problem.isWarning === isWarning)
        .map((problem) => formatProblem(file.path, problem)),
    );
  return {
    warnings: found(true),
    problems: [
      ...found(false),
      ...alertProblems(manifest, linted),
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
  const message = `the file of this runbook is ${runbook.runbook}.md`;
  return [{ rule: "file-name", line: 2, column: 1, message, isWarning: false }];
}

/** Each rule names a runbook that exists and that claims the alert; a page without a runbook helps nobody. */
function alertProblems(
  manifest: Manifest,
  linted: readonly { readonly file: RunbookFile; readonly runbook?: Runbook }[],
): string[] {
  return manifest.alertRules.flatMap((rule) => {
    const alert = `${manifest.system}.${rule.name}`;
    const named = linted.find(({ runbook }) => runbook?.runbook === rule.runbook);
    const complain = (place: string, message: string) => [`${place}:1:1 alert-claimed: ${alert}: ${message}`];
    if (named === undefined)
      return complain(`the manifest of ${manifest.system}`, `its runbook \`${rule.runbook}\` does not exist`);
    return named.runbook!.alerts.includes(alert)
      ? []
      : complain(named.file.path, `\`${rule.runbook}\` does not claim it`);
  });
}
