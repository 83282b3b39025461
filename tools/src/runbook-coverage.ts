import { formatCoverage } from "@assay/operations/runbooks/format-coverage";
import { readCoverage } from "@assay/operations/runbooks/read-coverage";
import { ROOT } from "./repository.ts";

// Prints, for every system with runbooks, which lines of its specification they answer, and where the others are.
let isWhole = true;
for (const { system, coverage, report, problems } of await readCoverage(ROOT)) {
  const told = coverage && report ? formatCoverage(system, coverage, report) : `${system}: has no coverage.yaml`;
  process.stdout.write(`${[told, ...problems.map((problem) => `  ${problem}`)].join("\n")}\n`);
  isWhole &&= problems.length === 0;
}
process.exitCode = isWhole ? 0 : 1;
