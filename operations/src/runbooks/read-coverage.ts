import { type Coverage, type CoverageReport, coverageProblems, parseCoverage, reportCoverage } from "./coverage.ts";
import { parseRunbook } from "./document/parse-runbook.ts";
import { formatProblem } from "./document/problem.ts";
import { readRunbookFolders } from "./read-runbook-folder.ts";

export interface SystemCoverage {
  readonly system: string;
  readonly coverage?: Coverage;
  readonly report?: CoverageReport;
  readonly problems: readonly string[];
}

/** For every system of a repository that has runbooks: which lines of its specification they answer. */
export async function readCoverage(repository: string): Promise<readonly SystemCoverage[]> {
  const folders = await readRunbookFolders(repository);
  return folders
    .filter(({ runbooks }) => runbooks.length > 0)
    .map(({ system, runbooks, coverage: file }) => {
      if (file === undefined) return { system, problems: [] };
      const { coverage, problems } = parseCoverage(file.text);
      if (coverage === undefined) return { system, problems: problems.map((one) => formatProblem(file.path, one)) };
      const covered = runbooks.flatMap(({ text }) => parseRunbook(text).runbook?.covers ?? []);
      const report = reportCoverage(coverage, new Set(covered));
      return { system, coverage, report, problems: coverageProblems(report) };
    });
}
