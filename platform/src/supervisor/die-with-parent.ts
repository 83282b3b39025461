import { spawnSync } from "node:child_process";

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Wraps a program so that it gets `signal` when the process that spawned it dies, even by kill −9. On Linux the kernel
 * does it; elsewhere a shell waits for the end of its standard input, which the spawner must leave open as a pipe.
 */
export function dieWithParent(program: Program, signal: "INT" | "TERM" | "KILL" = "TERM"): Program {
  return hasSetpriv() ? withKernel(program, signal) : withShell(program, signal);
}

export function withKernel({ command, args }: Program, signal: string): Program {
  return { command: "setpriv", args: ["--pdeathsig", signal, command, ...args] };
}

/** The shell passes our own stop signals on and ends with the program's status. */
export function withShell({ command, args }: Program, signal: string): Program {
  const script = [
    'exec 9<&0; "$@" </dev/null 9<&- & pid=$!',
    `{ cat <&9 >/dev/null; kill -${signal} $pid 2>/dev/null; } & watch=$!`,
    "trap 'kill -TERM $pid' TERM; trap 'kill -INT $pid' INT",
    "while kill -0 $pid 2>/dev/null; do wait $pid; status=$?; done; kill $watch 2>/dev/null; exit $status",
  ].join("\n");
  return { command: "/bin/sh", args: ["-c", script, "sh", command, ...args] };
}

let setprivWorks: boolean | undefined;

function hasSetpriv(): boolean {
  setprivWorks ??= spawnSync("setpriv", ["--pdeathsig", "TERM", "true"], { stdio: "ignore" }).status === 0;
  return setprivWorks;
}
