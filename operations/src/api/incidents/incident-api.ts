import type { Clock } from "@assay/platform/clock/clock";
import type { Alerts } from "../../alerts/alerts.ts";
import type { Audit } from "../../audit/audit.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Directory } from "../../delivery/directory.ts";
import type { PersonPrincipal } from "../../identity/principal.ts";
import type { ActionItems } from "../../incidents/action-items.ts";
import type { NamedPerson } from "../../incidents/incident.ts";
import type { DeskRefusal, IncidentDesk } from "../../incidents/incident-desk.ts";
import type { Incidents } from "../../incidents/incidents.ts";
import type { PostMortems } from "../../incidents/post-mortems.ts";
import type { PublicIncidentView } from "../schema/status.ts";

/** What the routes of incidents need. */
export interface IncidentApi {
  readonly clock: Clock;
  readonly incidents: Incidents;
  readonly desk: IncidentDesk;
  readonly postMortems: PostMortems;
  readonly actionItems: ActionItems;
  readonly alerts: Pick<Alerts, "current" | "acknowledge" | "ofIncident">;
  readonly delivery: Pick<Delivery, "about">;
  readonly directory: Directory;
  readonly audit: Audit;
  /** What customers were told about the incident. */
  readonly publicIncident: (incidentId: string) => Promise<PublicIncidentView | undefined>;
}

/** The refusals of the desk with their statuses. */
export const DESK_REFUSALS = {
  INCIDENT_NOT_FOUND: 404,
  PERSON_NOT_FOUND: 404,
  INCIDENT_STATE: 409,
  SAME_SEVERITY: 409,
  SAME_INCIDENT: 409,
  INCIDENT_CURRENT: 409,
  TOO_LATE: 409,
  NOT_A_NOTE: 409,
  ROLE_NOT_HELD: 409,
  ALREADY_LINKED: 409,
  NOT_REQUIRED: 409,
} as const satisfies Record<DeskRefusal["code"] | "PERSON_NOT_FOUND", number>;

export function named({ personId, name }: PersonPrincipal): NamedPerson {
  return { id: personId, name };
}

/** Somebody who works here now. */
export async function findPerson(directory: Directory, id: string): Promise<NamedPerson | undefined> {
  const found = (await directory.people()).find((one) => one.id === id);
  return found && { id: found.id, name: found.name };
}
