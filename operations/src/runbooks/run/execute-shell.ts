import { type ChildProcess, spawn } from "node:child_process";
import { MAX_OUTPUT_BYTES, type Output, parseJsonText } from "./output.ts";
import type { Program } from "./ports.ts";

export interface ShellExecution {
  readonly program: Program;
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Hears all that was printed so far. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** Starts the program with an argument vector: no shell, no terminal, no input, no inherited environment. */
export async function executeShell({ program, args, timeoutMs, signal, onText }: ShellExecution): Promise<Output> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([timeout, signal]);
  const child = spawn(program.command, [...program.args, ...args], {
    env: { ...program.env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that what the program started ends with it.
    detached: true,
  });
  const killed = () => killGroup(child);
  stop.addEventListener("abort", killed, { once: true });
  try {
    const output = await collect(child, onText);
    if (timeout.aborted) return { ...output, trouble: `TIMEOUT: not done within ${timeoutMs} ms` };
    if (signal.aborted) return { ...output, trouble: "ABORTED: the run was aborted" };
    return output;
  } finally {
    stop.removeEventListener("abort", killed);
    killGroup(child);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}

async function collect(child: ChildProcess, onText: ShellExecution["onText"]): Promise<Output> {
  let [text, size] = ["", 0];
  let isCut = false;
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      size += chunk.length;
      isCut ||= size > MAX_OUTPUT_BYTES;
      if (isCut) return;
      text += chunk;
      onText?.(text);
    });
  }
  const ended = await new Promise<{ exit?: number; trouble?: string }>((resolve) => {
    child.once("error", (error) => resolve({ trouble: `NOT_STARTED: ${error.message}` }));
    child.once("close", (code) => resolve(code === null ? { trouble: "KILLED: ended by a signal" } : { exit: code }));
  });
  const json = parseJsonText(text);
  return { ...ended, text, ...(json === undefined ? {} : { json }) };
}
