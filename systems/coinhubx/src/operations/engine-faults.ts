import { MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import type { Exchange } from "../orders/exchange.ts";
import type { Fault } from "./fault.ts";

/** Faults of the matching engines of this process. */
export function engineFaults(exchange: Pick<Exchange, "setLeasesStuck">): Fault[] {
  return [
    {
      description: {
        name: "engine.lease_stuck",
        title: "The only backend stops renewing its leases and runs on",
        alert: "ENGINE_DOWN",
        // The lease runs out, the level holds for 15 s, and a scrape and an evaluation see it.
        detectWithinMs: 30 * SECOND_MS,
        recoverWithinMs: MINUTE_MS,
      },
      async inject() {
        exchange.setLeasesStuck(true);
        return {};
      },
      async clear() {
        exchange.setLeasesStuck(false);
        return {};
      },
    },
  ];
}
