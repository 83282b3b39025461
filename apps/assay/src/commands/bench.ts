import { defineCommand } from "@assay/platform/command-line/command";
import { runScript } from "../spawn-script.ts";

export const command = defineCommand({
  name: "bench",
  usage: "[word …]",
  summary: "run the benchmarks",
  details: `Runs the benchmarks whose file or system has one of the words, or all. Each measures our part beside a peer in the same run
and prints the ratio with its range; the machine's own speed then matters less.`,
  examples: [
    ["assay bench", "all of them"],
    ["assay bench ledger --quick", "one, in one short round"],
  ],
  options: { quick: { kind: "flag", summary: "one short round: does it run? not: how fast is it?" } },
  words: { min: 0, max: 20 },
  run: async (context, { options, words }) =>
    await runScript(context, "tools/src/bench.ts", [...words, ...(options.quick ? ["--quick"] : [])]),
});
