import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const DEFAULT_STEPS = 400;

// `assay sim coinhubx --seed N --steps N`: one seed, told step by step; exit code 1 when an invariant broke.
const { values } = parseArgs({
  options: { seed: { type: "string" }, steps: { type: "string" }, json: { type: "boolean", default: false } },
});
const seed = Number(values.seed);
const steps = Number(values.steps ?? DEFAULT_STEPS);
const say = (line: string) => process.stdout.write(`${line}\n`);
const startedAt = performance.now();
if (!values.json) say(`seed ${seed}, ${steps} steps`);
try {
  await simulate({ seed, steps, ...(values.json ? {} : { log: say }) });
  const seconds = (performance.now() - startedAt) / 1_000;
  say(
    values.json
      ? JSON.stringify({ seed, steps, passed: true, seconds })
      : `every invariant held, ${seconds.toFixed(1)} s`,
  );
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  say(values.json ? JSON.stringify({ seed, steps, passed: false, reason }) : reason);
  process.exitCode = 1;
}
