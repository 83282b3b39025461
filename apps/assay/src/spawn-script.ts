import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { Failure } from "@assay/primitives/failure";

/** Runs a script of this repository in a process of its own, with our terminal, and returns its exit code. */
export async function runScript(context: CommandContext, script: string, args: readonly string[]): Promise<ExitCode> {
  const path = join(context.repository, script);
  if (!existsSync(path)) {
    throw new Failure("SCRIPT_MISSING", { retryable: false, details: { reason: `There is no ${script} here.` } });
  }
  const json = context.terminal.isJson ? ["--json"] : [];
  const child = spawn(process.execPath, [path, ...args, ...json], { stdio: "inherit", cwd: context.repository });
  context.signal.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? EXIT.interrupted));
  });
}
