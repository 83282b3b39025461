import type { Clock } from "@assay/platform/clock/clock";
import { fetchText } from "@assay/platform/http/http-client";
import type { Route } from "@assay/platform/http/route";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import type { Principal } from "../api/principal.ts";
import type { Fault } from "./fault.ts";

const PATH = "/api/markets";
const SLOW_MS = 3 * SECOND_MS;
const LONGEST_LOAD_MS = HOUR_MS;
const BURST = 60;
const REQUESTS_PER_SECOND = 20;

export interface HttpFaultsOptions {
  readonly clock: Clock;
  /** This server's own address, once it listens. */
  readonly url: () => string;
}

/** Faults of the public read path, with the requests that make them felt. */
export interface HttpFaults extends AsyncDisposable {
  readonly faults: readonly Fault[];
  /** The route as it is, but breaking while a fault is in. */
  wrap(route: Route<Principal>): Route<Principal>;
}

export function createHttpFaults({ clock, url }: HttpFaultsOptions): HttpFaults {
  let isFailing = false;
  let slow: AbortController | undefined;
  let load: Promise<void> = Promise.resolve();

  const ask = () =>
    fetchText(`${url()}${PATH}`, { timeoutMs: 20 * SECOND_MS }).then(
      () => undefined,
      () => undefined,
    );
  const keepAsking = async (signal: AbortSignal): Promise<void> => {
    const endMs = clock.monotonicMs() + LONGEST_LOAD_MS;
    while (!signal.aborted && clock.monotonicMs() < endMs) {
      void ask();
      await clock.sleep(SECOND_MS / REQUESTS_PER_SECOND, { signal }).catch(() => undefined);
    }
  };
  const endSlow = async (): Promise<void> => {
    slow?.abort();
    slow = undefined;
    await load;
  };

  const error: Fault = {
    description: {
      name: "http.error",
      title: "A handler of the market data throws; 60 requests",
      alert: "ERROR_THRESHOLD",
      detectWithinMs: MINUTE_MS,
      recoverWithinMs: 8 * MINUTE_MS,
    },
    async inject() {
      isFailing = true;
      await Promise.all(Array.from({ length: BURST }, ask));
      return { requests: BURST };
    },
    async clear() {
      isFailing = false;
      return {};
    },
  };
  const slowness: Fault = {
    description: {
      name: "http.slow",
      title: "Reads of the markets wait 3 s, under 20 requests per second",
      alert: "HIGH_LATENCY",
      detectWithinMs: 4 * MINUTE_MS,
      recoverWithinMs: 8 * MINUTE_MS,
    },
    async inject() {
      await endSlow();
      slow = new AbortController();
      load = keepAsking(slow.signal);
      return { delay_ms: SLOW_MS, requests_per_second: REQUESTS_PER_SECOND };
    },
    async clear() {
      await endSlow();
      return {};
    },
  };
  return {
    faults: [error, slowness],
    wrap: (route) => {
      if (route.method !== "GET" || !route.path.startsWith(PATH)) return route;
      return {
        ...route,
        handle: async (call) => {
          if (isFailing) throw new Error("the fault http.error is in");
          if (slow !== undefined) await clock.sleep(SLOW_MS, { signal: slow.signal }).catch(() => undefined);
          return await route.handle(call);
        },
      };
    },
    [Symbol.asyncDispose]: endSlow,
  };
}
