import { spawn } from "node:child_process";
import { ROOT } from "./repository.ts";

export interface Step {
  readonly title: string;
  /** Resolves to the problems found, none when all is well. */
  run(): Promise<readonly string[]>;
}

/** Runs every step in order, prints one line each with its time, then the problems. Returns whether all passed. */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  const failed: { title: string; problems: readonly string[] }[] = [];
  for (const { title, run } of steps) {
    const startedAt = performance.now();
    const problems = await run();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(
      `${problems.length === 0 ? "ok    " : "FAILED"} ${title.padEnd(44)} ${seconds.padStart(6)} s\n`,
    );
    if (problems.length > 0) failed.push({ title, problems });
  }
  for (const { title, problems } of failed) process.stdout.write(`\n${title}:\n${problems.join("\n")}\n`);
  return failed.length === 0;
}

export interface Finished {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of node_modules/.bin or PATH in the top folder and gathers what it prints. */
export function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const path = `${ROOT}node_modules/.bin:${process.env.PATH}`;
    const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, ...env, PATH: path } });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => resolve({ code: 127, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString("utf8") }));
  });
}

/** A step that passes when the program exits with 0; its output is the problem otherwise. */
export function programStep(title: string, program: string, args: readonly string[]): Step {
  return {
    title,
    run: async () => {
      const { code, output } = await runProgram(program, args);
      return code === 0 ? [] : [output.trim() || `${program} exited with ${code}`];
    },
  };
}
