import { globSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { basename, join } from "node:path";
import { type BenchFigures, type BenchResult, formatResults } from "@assay/platform/testing/bench-result";
import { ROOT } from "./repository.ts";

interface BenchOptions {
  readonly rounds: number;
  readonly quick: boolean;
}

// `npm run bench` runs all; `npm run bench ledger` those whose file name or system has the word.
const words = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const quick = process.argv.includes("--quick");
const files = globSync("{operations,systems/*,tests}/bench/*.ts", { cwd: ROOT })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`No benchmark has ${words.join(" or ")} in its name.\n`);
  process.exit(2);
}
process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n\n`,
);
for (const file of files) {
  process.stdout.write(`${basename(file, ".ts")} …\n`);
  const { bench }: { bench: (options: BenchOptions) => Promise<readonly (BenchResult | BenchFigures)[]> } =
    await import(join(ROOT, file));
  const results = await bench({ rounds: quick ? 1 : 3, quick });
  process.stdout.write(`${formatResults(results)}\n\n`);
}
