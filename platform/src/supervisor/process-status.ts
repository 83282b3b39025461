import type { Instant } from "@assay/primitives/instant";

/**
 * `held` is down, or frozen, on purpose until somebody starts it again; `failed` ended in a way that trying again cannot
 * heal, such as a wrong configuration.
 */
export type ProcessState = "stopped" | "starting" | "ready" | "unready" | "waiting" | "stopping" | "held" | "failed";

export interface ProcessStatus {
  readonly name: string;
  readonly group: string;
  readonly state: ProcessState;
  readonly pid: number | undefined;
  readonly startedAt: Instant | undefined;
  readonly restarts: number;
  readonly version: string | undefined;
  readonly address: string | undefined;
  /** Why it is not ready, in a sentence. */
  readonly reason: string | undefined;
}

export interface ProcessTimings {
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly firstBackOffMs: number;
  readonly lastBackOffMs: number;
  /** After this long the next end counts as the first. */
  readonly stableAfterMs: number;
}

export const DEFAULT_TIMINGS: ProcessTimings = {
  probeIntervalMs: 2_000,
  probeTimeoutMs: 2_000,
  startTimeoutMs: 60_000,
  stopTimeoutMs: 12_000,
  firstBackOffMs: 200,
  lastBackOffMs: 10_000,
  stableAfterMs: 30_000,
};
