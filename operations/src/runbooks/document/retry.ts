import { MINUTE_MS } from "@assay/primitives/instant";

export interface Retry {
  /** How often again after the first time. */
  readonly times: number;
  /** The first pause; each further one is twice as long, up to a minute. */
  readonly everyMs: number;
}

const LONGEST_PAUSE_MS = MINUTE_MS;

/** The pause before each further try (ms): backing off, and bounded. */
export function retryPauses({ times, everyMs }: Retry): readonly number[] {
  const longest = Math.max(everyMs, LONGEST_PAUSE_MS);
  return Array.from({ length: times }, (_, index) => Math.min(everyMs * 2 ** index, longest));
}
