import type { Clock } from "@assay/platform/clock/clock";
import { DrillError } from "./drill-error.ts";

export interface WaitOptions {
  readonly clock: Clock;
  /** What is waited for, for the message when it does not come. */
  readonly what: string;
  readonly limitMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const EVERY_MS = 250;

/** Looks until `look` returns something. @throws DrillError after the limit. */
export async function waitUntil<T>(options: WaitOptions, look: () => Promise<T | undefined>): Promise<T> {
  const { clock, what, limitMs, everyMs = EVERY_MS, signal } = options;
  const deadline = clock.monotonicMs() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (clock.monotonicMs() >= deadline) throw new DrillError(`${what}: not seen within ${limitMs} ms`);
    await clock.sleep(everyMs, signal === undefined ? {} : { signal });
  }
}
