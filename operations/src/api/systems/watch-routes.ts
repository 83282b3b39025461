import type { Route } from "@assay/platform/http/route";
import type { Principal } from "../../identity/principal.ts";
import { acknowledgeAlert } from "../alerts/acknowledge-alert.ts";
import { getAlert } from "../alerts/get-alert.ts";
import { listAlerts } from "../alerts/list-alerts.ts";
import { streamEvents } from "../events/stream-events.ts";
import { getOverview } from "./get-overview.ts";
import { getSeries } from "./get-series.ts";
import { getSystem, getSystemHealth } from "./get-system.ts";
import { listSystems } from "./list-systems.ts";
import { getPrometheusRules, listThresholds } from "./list-thresholds.ts";
import { readSystem } from "./read-system.ts";
import type { WatchApi } from "./watch-api.ts";

/** The routes of systems, thresholds, alerts, delivery and events. */
export function watchRoutes(api: WatchApi): readonly Route<Principal>[] {
  return [
    getOverview(api),
    listSystems(api),
    getSystem(api),
    getSystemHealth(api),
    getSeries(api),
    readSystem(api),
    listThresholds(api),
    getPrometheusRules(api),
    listAlerts(api),
    getAlert(api),
    acknowledgeAlert(api),
    streamEvents(api),
  ];
}
