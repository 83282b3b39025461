import type { Route } from "@assay/platform/http/route";
import type { OnCallApi } from "./api/on-call/on-call-api.ts";
import { onCallRoutes } from "./api/on-call/on-call-routes.ts";
import type { AuditLog } from "./audit/audit.ts";
import type { Principal } from "./identity/principal.ts";
import { PLANE_ACTOR } from "./incidents/incident.ts";
import type { IncidentTimeline } from "./incidents/incidents.ts";
import {
  type EscalationNotice,
  Escalations,
  type EscalationsOptions,
  type PageDelivery,
} from "./on-call/escalations.ts";
import { Policies } from "./on-call/policies.ts";
import { storedOnCall } from "./on-call/rosters.ts";
import { Schedules } from "./on-call/schedules.ts";

export interface OnCallOptions extends Omit<EscalationsOptions, "delivery" | "onCall" | "onEscalated"> {
  readonly audit: AuditLog;
  readonly delivery: PageDelivery & OnCallApi["delivery"];
  /** Asked for at each call: alerts call people through this, so they are made after it. */
  readonly alerts: OnCallApi["alerts"];
  /** Escalations are written into its timeline, and a page about one answers it. */
  readonly timeline: IncidentTimeline & OnCallApi["incidents"];
}

/** Who is called, in which order, until somebody answers. */
export interface OnCall extends AsyncDisposable {
  readonly paging: Escalations;
  readonly routes: readonly Route<Principal>[];
  start(): void;
}

export function createOnCall(options: OnCallOptions): OnCall {
  const { directory, timeline } = options;
  const paging = new Escalations({
    ...options,
    onCall: storedOnCall(directory),
    onEscalated: (notice) => writeDown(timeline, notice),
  });
  const schedules = new Schedules(options);
  const policies = new Policies(options);
  return {
    paging,
    routes: onCallRoutes({ ...options, incidents: timeline, schedules, policies, escalations: paging }),
    start: () => paging.start(),
    [Symbol.asyncDispose]: () => paging[Symbol.asyncDispose](),
  };
}

/** Whoever is called without anybody asking for it belongs to the story of the incident, too. */
async function writeDown(timeline: IncidentTimeline, { subject, message, paged }: EscalationNotice): Promise<void> {
  const { incidentId } = message.data;
  if (typeof incidentId !== "string") return;
  const names = paged.map(({ person, kind }) => `${person} (${kind})`).join(", ");
  await timeline.append(incidentId, {
    kind: "page",
    actor: PLANE_ACTOR,
    summary: `Paged ${names}: ${message.title}`,
    details: { subject, paged: paged.map(({ person, kind }) => ({ person, kind })) },
  });
}
