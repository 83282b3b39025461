import { defineCommand } from "@assay/platform/command-line/command";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { runScript } from "../spawn-script.ts";
import { SYSTEMS } from "../stack/stack.ts";

export const command = defineCommand({
  name: "sim",
  usage: "<system>",
  summary: "run a system's seeded simulator",
  details: `Drives a system with random customers, operators and faults, all from one seed, against a small model, and checks every
invariant. The same seed does the same again, so a failure can be looked at as often as needed.`,
  examples: [
    ["assay sim coinhubx --seed 42 --steps 2000", "one run"],
    ["assay sim coinhubx", "a new seed, which is printed"],
  ],
  options: {
    seed: { kind: "integer", value: "N", min: 0, max: Number.MAX_SAFE_INTEGER, summary: "what to repeat (a new one)" },
    steps: { kind: "integer", value: "N", min: 1, max: 10_000_000, summary: "how long" },
  },
  words: { min: 1, max: 1 },
  exits: { 1: "an invariant broke; the seed and the step are printed" },
  run: async (context, { options, words: [system = ""] }) => {
    if (!(SYSTEMS as readonly string[]).includes(system)) {
      throw new UsageError(`there is no system "${system}"; there are ${SYSTEMS.join(", ")}`);
    }
    const seed = options.seed ?? context.random.integer(2 ** 31);
    const args = ["--seed", String(seed), ...(options.steps === undefined ? [] : ["--steps", String(options.steps)])];
    return await runScript(context, `systems/${system}/test/simulation/main.ts`, args);
  },
});
