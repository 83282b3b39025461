import type { ChildProcess } from "node:child_process";
import { assert } from "@assay/primitives/assert";
import type { Clock } from "../clock/clock.ts";

const LAST_LINES_TIMEOUT_MS = 1_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not even be started. */
  readonly cause?: string;
}

/** Waits for the end of a process and takes what it left behind in its group along. */
export function untilExit(child: ChildProcess, clock: Clock): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, cause: error.message });
    });
    // "close" comes after the last line was read, unless something else holds the pipe open.
    child.once("close", (code, signal) => resolve({ code, signal }));
    child.once("exit", (code, signal) => {
      if (child.pid !== undefined) killGroup(child.pid);
      void clock.sleep(LAST_LINES_TIMEOUT_MS).then(() => resolve({ code, signal }));
    });
  });
}

/** What it started and left behind. */
function killGroup(pid: number): void {
  assert(pid > 1, "a process group has a number of its own");
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left.
  }
}
