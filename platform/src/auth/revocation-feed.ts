import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import { fetchJson } from "../http/http-client.ts";
import type { Logger } from "../logging/logger.ts";

export interface RevocationFeed extends AsyncDisposable {
  /** Whether `sub`'s tokens of this epoch are no longer good, as far as is known. */
  isRevoked(sub: string, epoch: number): boolean;
  /** Since the plane was last heard; `undefined` when it never was. Until then tokens end by their own expiry, ≤ 5 min. */
  ageMs(): number | undefined;
}

export interface RevocationFeedOptions {
  readonly planeUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default 2 s, so that a removed person is out everywhere within 5 s. */
  readonly everyMs?: number;
}

const EVERY_MS = 2_000;
const FETCH_TIMEOUT_MS = 2_000;
const feedSchema = z.object({
  people: z.array(z.object({ sub: z.string(), epoch: z.int().min(0) })).max(100_000),
});

/** Asks the plane for the present epoch of each person, again and again. Epochs only rise, whatever is answered. */
export function watchRevocations(options: RevocationFeedOptions): RevocationFeed {
  const { planeUrl, clock, logger, everyMs = EVERY_MS } = options;
  const epochs = new Map<string, number>();
  const stop = new AbortController();
  let heardMs: number | undefined;
  let wasHeard = true;

  const poll = async (): Promise<void> => {
    const address = `${planeUrl}/api/revocations`;
    const { status, body } = await fetchJson(address, { timeoutMs: FETCH_TIMEOUT_MS, signal: stop.signal });
    const feed = feedSchema.safeParse(body);
    if (status !== 200 || !feed.success) throw new Error(`the plane answered ${status} without the list`);
    for (const { sub, epoch } of feed.data.people) epochs.set(sub, Math.max(epoch, epochs.get(sub) ?? 0));
    heardMs = clock.monotonicMs();
  };
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await poll();
        if (!wasHeard) logger.info({}, "The list of revoked access is followed again");
        wasHeard = true;
      } catch (error) {
        // One line for an outage, not one each two seconds.
        if (wasHeard && !stop.signal.aborted) logger.warn({ error }, "The list of revoked access is out of reach");
        wasHeard = false;
      }
      await clock.sleep(everyMs, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    isRevoked: (sub, epoch) => epoch < (epochs.get(sub) ?? 0),
    ageMs: () => (heardMs === undefined ? undefined : clock.monotonicMs() - heardMs),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await watching;
    },
  };
}
