import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./repository.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface TestGroup {
  readonly title: string;
  readonly files: readonly string[];
  /** Files of the patterns that run elsewhere. */
  readonly except?: readonly string[];
  /** `shared`: every file in one process, fast; `own`: a process each, for tests that start whole stacks. */
  readonly process: "shared" | "own";
  /** How many files with a process of their own run at once; default one. */
  readonly atOnce?: number;
  readonly limitMs: number;
}

/** Runs a group and prints what failed. Files that match nothing make a group of zero tests. */
export async function runTestGroup(group: TestGroup): Promise<Counts> {
  const files = group.files
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT, exclude: ["**/node_modules/**"] }))
    .filter((path) => group.except?.includes(path) !== true)
    .sort();
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const startedAt = performance.now();
  const { code, counts } = await runNodeTest(group, files);
  const broken = counts === undefined || (code !== 0 && counts.failed === 0);
  const total = broken ? { passed: counts?.passed ?? 0, failed: 1, skipped: counts?.skipped ?? 0 } : counts;
  if (broken) process.stdout.write(`  ✖ ${group.title}: the test process ended early (exit code ${code})\n`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const state = total.failed === 0 ? "ok    " : "FAILED";
  const skipped = total.skipped === 0 ? "" : `, ${total.skipped} skipped`;
  process.stdout.write(
    `${state} ${group.title.padEnd(44)} ${seconds.padStart(6)} s  ${total.passed} passed${skipped}\n`,
  );
  return total;
}

function runNodeTest(
  group: TestGroup,
  files: readonly string[],
): Promise<{ code: number; counts: Counts | undefined }> {
  const isolation =
    group.process === "shared" ? ["--test-isolation=none"] : [`--test-concurrency=${group.atOnce ?? 1}`];
  // Of what Node calls experimental and we use on purpose.
  const quiet = "--disable-warning=ExperimentalWarning";
  const args = [quiet, "--test", ...isolation, `--test-reporter=${join(ROOT, "tools/src/test-reporter.ts")}`, ...files];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    const timer = setTimeout(() => {
      process.stdout.write(`  ✖ ${group.title} did not end within ${group.limitMs / 1000} s\n`);
      child.kill("SIGKILL");
    }, group.limitMs);
    let counts: Counts | undefined;
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("@counts ")) counts = JSON.parse(line.slice("@counts ".length));
        else process.stdout.write(`${line}\n`);
      }
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, counts });
    });
  });
}

export function addCounts(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}
