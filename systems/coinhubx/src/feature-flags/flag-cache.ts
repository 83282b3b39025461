import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { readFlags } from "./flag-store.ts";
import { ALL_CLOSED, type FlagValues } from "./flag-values.ts";

const POLL_MS = 500;
const OLDEST_USABLE_MS = 1_000;
const CHANNEL = "coinhubx_flags";

/** The flags for early answers; what commits reads them again inside its transaction. */
export interface FlagCache extends AsyncDisposable {
  /** All closed while the last successful read is more than a second old. */
  current(): FlagValues;
  /** Milliseconds since the last successful read began; infinite before the first. */
  ageMs(): number;
  /** Reads now; for the process that just changed a flag. Never throws: a failed read lets the cache age. */
  refresh(): Promise<void>;
}

export interface FlagCacheOptions {
  readonly database: Database;
  readonly clock: Clock;
}

/** Starts a cache fed by NOTIFY and, should a notice be lost, by a read each 500 ms. */
export async function createFlagCache({ database, clock }: FlagCacheOptions): Promise<FlagCache> {
  const stop = new AbortController();
  let values = ALL_CLOSED;
  let readAtMs = Number.NEGATIVE_INFINITY;

  const refresh = async (): Promise<void> => {
    const startedAtMs = clock.monotonicMs();
    try {
      const read = await readFlags(database);
      // A slow read must not put back what a later one has already replaced.
      if (startedAtMs >= readAtMs) [values, readAtMs] = [read, startedAtMs];
    } catch {
      // The age tells: after a second every switch reads as closed.
    }
  };
  const poll = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await refresh();
      await clock.sleep(POLL_MS, { signal: stop.signal }).catch(() => undefined);
    }
  };

  const ageMs = (): number => clock.monotonicMs() - readAtMs;
  const notice = (): void => void refresh();
  await refresh();
  const listener = await database.listen(CHANNEL, notice, notice);
  const polling = poll();
  return {
    current: () => (ageMs() <= OLDEST_USABLE_MS ? values : ALL_CLOSED),
    ageMs,
    refresh,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await listener[Symbol.asyncDispose]();
      await polling;
    },
  };
}
