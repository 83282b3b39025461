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

/**
 * The shell passes our own stop signals on and ends with the program's status. The traps stand before the program
 * starts, so that no signal finds the shell without one; a shell that has already reaped the program keeps its status
 * for `wait`, which is why nothing asks `kill -0` first.
 */
export function withShell({ command, args }: Program, signal: string): Program {
  const script = [
    "pid=; stop=",
    "trap 'stop=TERM; kill -TERM $pid 2>/dev/null' TERM; trap 'stop=INT; kill -INT $pid 2>/dev/null' INT",
    'exec 9<&0; "$@" </dev/null 9<&- & pid=$!',
    '[ -z "$stop" ] || kill -$stop $pid 2>/dev/null',
    `{ cat <&9 >/dev/null; kill -${signal} $pid 2>/dev/null; } & watch=$!`,
    "wait $pid; status=$?",
    // A trap interrupts `wait` with a status above 128; 127 says the program had been waited for already.
    'while [ -n "$stop" ]; do stop=; wait $pid; next=$?; [ $next = 127 ] || status=$next; done',
    "kill $watch 2>/dev/null; exit $status",
  ].join("\n");
  return { command: "/bin/sh", args: ["-c", script, "sh", command, ...args] };
}

let setprivWorks: boolean | undefined;

function hasSetpriv(): boolean {
  setprivWorks ??= spawnSync("setpriv", ["--pdeathsig", "TERM", "true"], { stdio: "ignore" }).status === 0;
  return setprivWorks;
}
