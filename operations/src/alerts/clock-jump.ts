import type { Clock } from "@assay/platform/clock/clock";
import { addMs, type Instant } from "@assay/primitives/instant";
import type { Alert, CoolDown } from "./alert.ts";

/** Less than this is a clock being kept right, not one that jumped. */
const TOLERANCE_MS = 1_000;

/**
 * Tells by how much the clock of the wall ran apart from the one that only counts: what has lasted 20 s has lasted 20 s,
 * also when somebody set the clock to tomorrow in between.
 */
export class JumpWatch {
  readonly #clock: Clock;
  #last: { readonly now: Instant; readonly monotonicMs: number };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = this.#read();
  }

  /** Since the last call, in ms; 0 for none. */
  jumpMs(): number {
    const [before, present] = [this.#last, this.#read()];
    const jumpMs = Math.round(present.now - before.now - (present.monotonicMs - before.monotonicMs));
    if (Math.abs(jumpMs) < TOLERANCE_MS) return 0;
    this.#last = present;
    return jumpMs;
  }

  #read() {
    return { now: this.#clock.now(), monotonicMs: this.#clock.monotonicMs() };
  }
}

/** The alert with everything that measures how long something lasts moved along with the clock. */
export function moveClock(alert: Alert, jumpMs: number): Alert {
  return {
    ...alert,
    conditions: alert.conditions.map((condition) => ({
      ...condition,
      since: condition.since + jumpMs,
      ...(condition.fellAt === undefined ? {} : { fellAt: condition.fellAt + jumpMs }),
    })),
    // Until people were told, a group waits from here.
    firedAt: alert.firedAt === null || alert.toldSeverity !== null ? alert.firedAt : addMs(alert.firedAt, jumpMs),
    toldAt: alert.toldAt === null ? null : addMs(alert.toldAt, jumpMs),
    coolDown: alert.coolDown === null ? null : moveCoolDown(alert.coolDown, jumpMs),
  };
}

export function moveCoolDown({ from, until, severity }: CoolDown, jumpMs: number): CoolDown {
  return { from: addMs(from, jumpMs), until: addMs(until, jumpMs), severity };
}
