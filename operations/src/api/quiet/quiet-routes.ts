import type { Clock } from "@assay/platform/clock/clock";
import type { Route } from "@assay/platform/http/route";
import type { Alert } from "../../alerts/alert.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Quiet } from "../../quiet/quiet.ts";
import { maintenanceRoutes } from "./maintenance-routes.ts";
import { silenceRoutes } from "./silence-routes.ts";

export interface QuietApi extends Pick<Quiet, "silences" | "maintenance"> {
  readonly clock: Clock;
  readonly alerts: { current(): readonly Alert[] };
}

/** Silences and maintenance windows. */
export function quietRoutes({ silences, maintenance, clock, alerts }: QuietApi): readonly Route<Principal>[] {
  return [
    ...silenceRoutes({ silences, clock, current: () => alerts.current() }),
    ...maintenanceRoutes({ maintenance, clock }),
  ];
}
