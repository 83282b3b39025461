import type { Route } from "@assay/platform/http/route";
import type { Principal } from "../../identity/principal.ts";
import { actionItemRoutes } from "./action-item-routes.ts";
import { addNote, amendNote } from "./add-note.ts";
import { deskRoutes } from "./desk-routes.ts";
import { getIncidentExport } from "./export-incident.ts";
import { getIncident } from "./get-incident.ts";
import type { IncidentApi } from "./incident-api.ts";
import { getIncidentFigures, listIncidents } from "./list-incidents.ts";
import { moveIncident } from "./move-incident.ts";
import { postMortemRoutes } from "./post-mortem-routes.ts";

/** Everything about incidents. */
export function incidentRoutes(api: IncidentApi): readonly Route<Principal>[] {
  return [
    listIncidents(api),
    getIncidentFigures(api),
    getIncident(api),
    getIncidentExport(api),
    moveIncident(api, "acknowledged"),
    moveIncident(api, "mitigated"),
    moveIncident(api, "resolved"),
    moveIncident(api, "closed"),
    addNote(api),
    amendNote(api),
    ...deskRoutes(api),
    ...postMortemRoutes(api),
    ...actionItemRoutes(api),
  ];
}
