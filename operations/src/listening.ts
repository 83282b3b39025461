import type { Secret } from "@assay/platform/config/secret";
import type { Route } from "@assay/platform/http/route";
import type { Instant } from "@assay/primitives/instant";
import { heartbeatRoutes } from "./api/heartbeats/heartbeat-routes.ts";
import { Heartbeats, type HeartbeatsOptions } from "./heartbeats/heartbeats.ts";
import { Watchdog } from "./heartbeats/watchdog.ts";
import type { Principal } from "./identity/principal.ts";

export interface WatchdogSettings {
  /** Undefined: nobody outside watches this plane. */
  readonly watchdogUrl: string | undefined;
  readonly watchdogKey: Secret<string> | undefined;
}

export interface ListeningOptions extends HeartbeatsOptions {
  readonly settings: WatchdogSettings;
  readonly workedAt: () => Instant | null;
}

/** Who is expected to be heard by the plane, and by whom the plane itself is. */
export interface Listening extends AsyncDisposable {
  readonly heartbeats: Heartbeats;
  readonly routes: readonly Route<Principal>[];
  start(): void;
}

export function createListening(options: ListeningOptions): Listening {
  const { clock, settings } = options;
  const heartbeats = new Heartbeats(options);
  const { watchdogUrl: url, watchdogKey: key } = settings;
  const watchdog = url === undefined ? undefined : new Watchdog({ ...options, url, key });
  return {
    heartbeats,
    routes: heartbeatRoutes({ heartbeats, clock }),
    start: () => {
      heartbeats.start();
      watchdog?.start();
    },
    [Symbol.asyncDispose]: async () => {
      await watchdog?.[Symbol.asyncDispose]();
      await heartbeats[Symbol.asyncDispose]();
    },
  };
}
