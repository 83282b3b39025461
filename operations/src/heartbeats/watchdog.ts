import type { Clock } from "@assay/platform/clock/clock";
import type { Secret } from "@assay/platform/config/secret";
import { fetchText } from "@assay/platform/http/http-client";
import type { Logger } from "@assay/platform/logging/logger";
import { Failure } from "@assay/primitives/failure";
import { type Instant, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { repeat } from "../systems/repeat.ts";

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called each minute; whoever answers there notices when it is not. */
  readonly url: string;
  /** For another plane: a key with the scope `heartbeats:write`. */
  readonly key: Secret<string> | undefined;
  /** When alert rules were last evaluated: a plane that no longer does its work must not say that it is well. */
  readonly workedAt: () => Instant | null;
}

const BEAT_MS = MINUTE_MS;
const STALE_MS = 3 * MINUTE_MS;
const TIMEOUT_MS = 10 * SECOND_MS;
const MAX_BYTES = 65_536;

/** The plane's own heartbeat towards somebody outside, who notices when the plane is dead. */
export class Watchdog implements AsyncDisposable {
  readonly #options: WatchdogOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    const beat = async () => void (await this.beat());
    this.#loop ??= repeat(beat, { clock: this.#options.clock, everyMs: BEAT_MS, signal: this.#stopping.signal });
  }

  /** One beat; false when it was kept back or did not arrive. */
  async beat(): Promise<boolean> {
    const { clock, logger, url, key, workedAt } = this.#options;
    const worked = workedAt();
    if (worked === null || clock.now() - worked > STALE_MS) {
      logger.error({ workedAt: worked }, "The watchdog's beat is kept back: alert rules are not evaluated");
      return false;
    }
    try {
      const token = key === undefined ? {} : { token: key.reveal() };
      const { signal } = this.#stopping;
      const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, signal };
      const { status } = await fetchText(url, { method: "POST", body: {}, ...token, ...limits });
      if (status < 200 || status > 299) throw new Failure("WATCHDOG_REFUSED", { retryable: true, details: { status } });
      return true;
    } catch (error) {
      if (!this.#stopping.signal.aborted) logger.warn({ error }, "The watchdog did not take the plane's beat");
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }
}
