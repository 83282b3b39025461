import type { Clock } from "@assay/platform/clock/clock";

export interface RepeatOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

const SHORTEST_PAUSE_MS = 50;

/**
 * Runs `work` now and then each `everyMs` from start to start, never twice at once, until `signal` aborts. Resolves once
 * the last run has ended; work that throws ends it with that error.
 */
export async function repeat(work: () => Promise<void>, { clock, everyMs, signal }: RepeatOptions): Promise<void> {
  while (!signal.aborted) {
    const started = clock.monotonicMs();
    await work();
    const pauseMs = Math.max(SHORTEST_PAUSE_MS, everyMs - (clock.monotonicMs() - started));
    try {
      await clock.sleep(pauseMs, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
