import type { Clock } from "@assay/platform/clock/clock";

/** Differences below this are a clock that is being corrected, not one that jumped. */
const SMALLEST_JUMP_MS = 2_000;

export interface JumpAwareClock extends Clock {
  /** Calls `listener` with how far the clock jumped (ms, negative: back), before the time after the jump is given out. */
  onJump(listener: (byMs: number) => void): void;
}

/**
 * A clock that tells when the time of day moved by more than time passed: somebody set it, or the machine slept. What was
 * seen before is moved along with it, so that "five minutes ago" goes on meaning five minutes.
 */
export function jumpAware(clock: Clock): JumpAwareClock {
  const listeners: ((byMs: number) => void)[] = [];
  let offsetMs = clock.now() - clock.monotonicMs();
  return {
    now: () => {
      const now = clock.now();
      const present = now - clock.monotonicMs();
      const jumpMs = Math.round(present - offsetMs);
      offsetMs = present;
      // Corrections in many small steps are followed silently: each is too small to matter and is taken as it comes.
      if (Math.abs(jumpMs) >= SMALLEST_JUMP_MS) for (const listener of listeners) listener(jumpMs);
      return now;
    },
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, options) => clock.sleep(ms, options),
    onJump: (listener) => {
      listeners.push(listener);
    },
  };
}
