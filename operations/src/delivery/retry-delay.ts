import type { Random } from "@assay/platform/random/random";
import { MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";

const FIRST_MS = SECOND_MS;
const FACTOR = 4;
const JITTER = 0.25;
/** A target that asks for more makes the page go over the next channel, where there is one. */
export const LONGEST_WAIT_MS = MINUTE_MS;
/** Where there is none, waiting is better than giving up. */
export const LONGEST_LAST_WAIT_MS = 15 * MINUTE_MS;

/** How long to wait after so many failed attempts: 1 s, 4 s, 16 s …, each a quarter more or less, so that many do not come at once. */
export function retryDelayMs(attempts: number, random: Random): number {
  const base = Math.min(FIRST_MS * FACTOR ** (attempts - 1), LONGEST_LAST_WAIT_MS);
  const spread = Math.floor(base * JITTER);
  return base - spread + random.integer(2 * spread + 1);
}
