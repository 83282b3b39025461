import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";

export const coverage = defineCommand({
  name: "runbook coverage",
  usage: "[system]",
  summary: "show which lines of the specification runbooks answer",
  details: `Reads the runbooks of this repository, with nothing running, and says for each system how many lines of its specification
a runbook covers, and for every other line where it is answered or why it is not ours.`,
  examples: [
    ["assay runbook coverage", "of all systems"],
    ["assay runbook coverage coinhubx --json", "one of them, for a script"],
  ],
  words: { min: 0, max: 1 },
  exits: { 1: "a line is answered nowhere, or twice" },
  run: async ({ terminal, repository }, { words: [wanted] }) => {
    const { readCoverage } = await import("@assay/operations/runbooks/read-coverage");
    const { formatCoverage } = await import("@assay/operations/runbooks/format-coverage");
    const all = await readCoverage(repository);
    const found = all.filter(({ system }) => wanted === undefined || system === wanted);
    if (found.length === 0)
      throw new UsageError(`no runbooks of "${wanted}"; there are ${all.map(({ system }) => system).join(", ")}`);
    if (terminal.isJson)
      terminal.printJson(found.map(({ system, report, problems }) => ({ system, ...report, problems })));
    else
      for (const { system, coverage: stated, report, problems } of found) {
        if (stated === undefined || report === undefined) terminal.print(`${system}: has no coverage.yaml`);
        else terminal.print(formatCoverage(system, stated, report));
        for (const problem of problems) terminal.print(terminal.style("bad", `  ${problem}`));
      }
    return found.every(({ problems }) => problems.length === 0) ? EXIT.ok : EXIT.failed;
  },
});
