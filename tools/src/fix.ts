import { programStep, runSteps } from "./step.ts";

// The only writer among the repository's commands: formatting, import order and safe lint fixes.
const passed = await runSteps([programStep("format and lint, writing", "biome", ["check", "--write", "."])]);
process.exitCode = passed ? 0 : 1;
