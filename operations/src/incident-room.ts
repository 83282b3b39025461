import type { Route } from "@assay/platform/http/route";
import type { Logger } from "@assay/platform/logging/logger";
import type { IncidentApi } from "./api/incidents/incident-api.ts";
import { incidentRoutes } from "./api/incidents/incident-routes.ts";
import type { Audit } from "./audit/audit.ts";
import type { Principal } from "./identity/principal.ts";
import { ActionItems } from "./incidents/action-items.ts";
import { IncidentDesk } from "./incidents/incident-desk.ts";
import type { IncidentsOptions } from "./incidents/incidents.ts";
import { PostMortems } from "./incidents/post-mortems.ts";
import { StoryFollower, type StoryFollowerOptions } from "./incidents/story-follower.ts";

export interface IncidentRoomOptions
  extends Omit<IncidentsOptions, "audit">,
    Pick<IncidentApi, "incidents" | "alerts" | "delivery" | "directory" | "publicIncident">,
    Pick<StoryFollowerOptions, "manifests"> {
  readonly audit: Audit;
  readonly logger: Logger;
}

/** Where people work on incidents together. */
export interface IncidentRoom extends AsyncDisposable {
  readonly routes: readonly Route<Principal>[];
  start(): void;
}

export function createIncidentRoom(options: IncidentRoomOptions): IncidentRoom {
  const desk = new IncidentDesk(options);
  const postMortems = new PostMortems(options);
  const actionItems = new ActionItems(options);
  const follower = new StoryFollower(options);
  return {
    routes: incidentRoutes({ ...options, desk, postMortems, actionItems }),
    start: () => follower.start(),
    [Symbol.asyncDispose]: () => follower[Symbol.asyncDispose](),
  };
}
