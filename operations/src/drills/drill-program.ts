import { type ChildProcess, spawn } from "node:child_process";
import { DrillError } from "./drill-error.ts";

/** What a manifest file says is started in a drill. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
}

export interface ProgramSurroundings {
  /** Where relative paths begin: the manifest's folder. */
  readonly folder: string;
  /** Where `kill` and `curl` are found. */
  readonly path: string;
  /** What `{{name}}` in an argument stands for. */
  readonly places: Readonly<Record<string, string>>;
}

/** The only programs a manifest file may have started, and never but in a drill on this machine. */
export const DRILL_PROGRAMS = ["node", "curl", "kill"] as const;

const PLACE = /\{\{\s*([\w.-]+)\s*\}\}/g;

/**
 * Starts an allow-listed program with an argument vector: no shell, no terminal, no input, none of our environment.
 * @throws DrillError for another program and for a place that is not known.
 */
export function startProgram(call: ProgramCall, { folder, path, places }: ProgramSurroundings): ChildProcess {
  if (!(DRILL_PROGRAMS as readonly string[]).includes(call.program))
    throw new DrillError(`a drill starts ${DRILL_PROGRAMS.join(", ")}, and not ${call.program}`);
  const command = call.program === "node" ? process.execPath : call.program;
  const args = call.args.map((argument) =>
    argument.replace(PLACE, (whole, name: string) => {
      const value = places[name];
      if (value === undefined) throw new DrillError(`${whole} in the arguments of ${call.program} names nothing`);
      return value;
    }),
  );
  return spawn(command, args, { cwd: folder, env: { PATH: path }, stdio: ["ignore", "pipe", "pipe"], detached: true });
}

/** Kills the program and whatever it started. */
export function killProgram(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}

const MAX_OUTPUT_CHARACTERS = 4_000;

/** Resolves with the exit code and the last words of the program. */
export async function endOfProgram(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly output: string }> {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT_CHARACTERS);
    });
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      output += error.message;
      resolve(null);
    });
    child.once("close", resolve);
  });
  return { code, output: output.trim() };
}
