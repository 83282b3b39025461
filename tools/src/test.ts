import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensurePrerequisites } from "./prerequisites.ts";
import { ROOT } from "./repository.ts";
import { addCounts, type Counts, runTestGroup, type TestGroup } from "./test-group.ts";

const MINUTE_MS = 60_000;

const UNITS = "shared";
const WHOLE = "own";

/** They hold the exchange to times of a tenth of a second, so nothing else may be at work. */
const TIMED = ["tests/console/run-runbook.test.ts", "tests/console/kill-switch.test.ts"];

// From fast and narrow to slow and whole, so that the first failure seen is the nearest to its cause. What stands in one
// row runs side by side; drills measure how long things take, so they run alone.
const GROUPS: readonly (readonly TestGroup[])[] = [
  [
    {
      title: "primitives and tools",
      files: ["primitives/src/**/*.test.ts", "tools/src/**/*.test.ts", "docs/**/*.test.ts"],
      process: UNITS,
      limitMs: 2 * MINUTE_MS,
    },
  ],
  [
    { title: "platform", files: ["platform/src/**/*.test.ts"], process: UNITS, limitMs: 6 * MINUTE_MS },
    { title: "operations", files: ["operations/{src,test}/**/*.test.ts"], process: UNITS, limitMs: 8 * MINUTE_MS },
  ],
  [
    { title: "coinhubx", files: ["systems/coinhubx/src/**/*.test.ts"], process: UNITS, limitMs: 6 * MINUTE_MS },
    { title: "command line and supervisor", files: ["apps/**/*.test.ts"], process: WHOLE, limitMs: 6 * MINUTE_MS },
  ],
  [{ title: "coinhubx, whole", files: ["systems/coinhubx/test/**/*.test.ts"], process: WHOLE, limitMs: 6 * MINUTE_MS }],
  [
    {
      title: "browser",
      files: ["tests/console/**/*.test.ts"],
      except: TIMED,
      process: WHOLE,
      atOnce: 2,
      limitMs: 14 * MINUTE_MS,
    },
  ],
  [
    {
      title: "whole stack and drills",
      files: ["tests/{drills,e2e,guides}/**/*.test.ts", ...TIMED],
      process: WHOLE,
      limitMs: 12 * MINUTE_MS,
    },
  ],
];

const wanted = process.argv.slice(2);
const missing = ensurePrerequisites();
let total: Counts = { passed: 0, failed: 0, skipped: 0 };
if (wanted.length === 0) total = addCounts(total, runCheck());
for (const row of GROUPS) {
  const chosen = row.filter(({ title }) => wanted.length === 0 || wanted.some((word) => title.includes(word)));
  total = (await Promise.all(chosen.map(runTestGroup))).reduce(addCounts, total);
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
