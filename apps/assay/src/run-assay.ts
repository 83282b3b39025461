import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a run of the real command gave. */
export interface AssayRun {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

/** Runs `assay` as a person would, in a process of its own and without their settings. For tests. */
export async function runAssay(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<AssayRun> {
  const env = { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...options.env };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (output.out += chunk));
  child.stderr.on("data", (chunk) => (output.err += chunk));
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exit, ...output };
}
