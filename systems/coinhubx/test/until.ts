import { systemClock } from "@assay/platform/clock/clock";

/** Asks until it is so. @throws Error when it is not within the limit. */
export async function until(condition: () => Promise<boolean>, limitMs = 20_000): Promise<void> {
  const endMs = systemClock.monotonicMs() + limitMs;
  while (!(await condition())) {
    if (systemClock.monotonicMs() > endMs) throw new Error(`not within ${limitMs} ms`);
    await systemClock.sleep(50);
  }
}
