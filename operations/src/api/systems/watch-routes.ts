import type { Route } from "@assay/platform/http/route";
import type { Principal } from "../../identity/principal.ts";
import { acknowledgeAlert } from "../alerts/acknowledge-alert.ts";
import { getContacts, putContacts } from "../alerts/contact-routes.ts";
import { getAlert } from "../alerts/get-alert.ts";
import { listAlerts } from "../alerts/list-alerts.ts";
import { getOnCall, putOnCall } from "../alerts/on-call-routes.ts";
import { streamEvents } from "../events/stream-events.ts";
import { addNote } from "../incidents/add-note.ts";
import { getIncidentExport } from "../incidents/export-incident.ts";
import { getIncident } from "../incidents/get-incident.ts";
import { listIncidents } from "../incidents/list-incidents.ts";
import { moveIncident } from "../incidents/move-incident.ts";
import { getOverview } from "./get-overview.ts";
import { getSeries } from "./get-series.ts";
import { getSystem, getSystemHealth } from "./get-system.ts";
import { listSystems } from "./list-systems.ts";
import { getPrometheusRules, listThresholds } from "./list-thresholds.ts";
import { readSystem } from "./read-system.ts";
import type { WatchApi } from "./watch-api.ts";

/** The routes of systems, thresholds, alerts, incidents, delivery and events. */
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
    listIncidents(api),
    getIncident(api),
    getIncidentExport(api),
    moveIncident(api, "acknowledged"),
    moveIncident(api, "mitigated"),
    moveIncident(api, "resolved"),
    moveIncident(api, "closed"),
    addNote(api),
    getContacts(api),
    putContacts(api),
    getOnCall(api),
    putOnCall(api),
    streamEvents(api),
  ];
}
