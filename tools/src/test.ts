import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensurePrerequisites } from "./prerequisites.ts";
import { ROOT } from "./repository.ts";
import { addCounts, type Counts, runTestGroup, type TestGroup } from "./test-group.ts";

const MINUTE_MS = 60_000;

// From fast and narrow to slow and whole, so that the first failure seen is the nearest to its cause.
const GROUPS: readonly TestGroup[] = [
  {
    title: "primitives and tools",
    files: ["primitives/src/**/*.test.ts", "tools/src/**/*.test.ts", "docs/**/*.test.ts"],
    process: "shared",
    limitMs: 2 * MINUTE_MS,
  },
  { title: "platform", files: ["platform/src/**/*.test.ts"], process: "shared", limitMs: 4 * MINUTE_MS },
  { title: "operations", files: ["operations/{src,test}/**/*.test.ts"], process: "shared", limitMs: 4 * MINUTE_MS },
  { title: "coinhubx", files: ["systems/coinhubx/src/**/*.test.ts"], process: "shared", limitMs: 5 * MINUTE_MS },
  { title: "coinhubx, whole", files: ["systems/coinhubx/test/**/*.test.ts"], process: "own", limitMs: 6 * MINUTE_MS },
  { title: "command line and supervisor", files: ["apps/**/*.test.ts"], process: "own", limitMs: 4 * MINUTE_MS },
  { title: "whole stack, browser and drills", files: ["tests/**/*.test.ts"], process: "own", limitMs: 18 * MINUTE_MS },
];

const wanted = process.argv.slice(2);
const missing = ensurePrerequisites();
let total: Counts = { passed: 0, failed: 0, skipped: 0 };
if (wanted.length === 0) total = addCounts(total, runCheck());
for (const group of GROUPS) {
  if (wanted.length === 0 || wanted.some((word) => group.title.includes(word))) {
    total = addCounts(total, await runTestGroup(group));
  }
}
for (const sentence of missing) process.stdout.write(`Left out: ${sentence}\n`);
const leftOut = missing.length > 0 && process.env.CI === "true";
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 || leftOut || total.passed === 0 ? 1 : 0;

/** The repository's check counts as one test. */
function runCheck(): Counts {
  const done = spawnSync(process.execPath, [join(ROOT, "tools/src/check.ts")], { stdio: "inherit" });
  return done.status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}
