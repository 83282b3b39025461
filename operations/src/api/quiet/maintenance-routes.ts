import type { Clock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import { addMs, DAY_MS, formatInstant, type Instant } from "@assay/primitives/instant";
import { z } from "zod";
import { type Principal, person } from "../../identity/principal.ts";
import type { Maintenance, MaintenanceWindow } from "../../quiet/maintenance.ts";
import {
  type MaintenanceView,
  maintenanceBodySchema,
  maintenanceListSchema,
  maintenanceSchema,
  quietQuerySchema,
} from "../schema/quiet.ts";
import { instantOf, whoOf } from "./silence-routes.ts";

export interface MaintenanceApi {
  readonly maintenance: Maintenance;
  readonly clock: Clock;
}

const params = z.strictObject({ id: z.string().max(64) });
const SHOWN_AFTER_MS = 90 * DAY_MS;
const SHOWN_AHEAD_MS = 400 * DAY_MS;

/** `/api/maintenance`: list, plan, end. */
export function maintenanceRoutes(api: MaintenanceApi): readonly Route<Principal>[] {
  return [listWindows(api), planWindow(api), endWindow(api)];
}

function listWindows({ maintenance, clock }: MaintenanceApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/maintenance",
    summary: "Maintenance windows by their start; `current`: present and to come",
    access: person("viewer"),
    query: quietQuerySchema,
    replies: { 200: maintenanceListSchema },
    handle: async ({ query }) => {
      const now = clock.now();
      const from = query.state === "current" ? now : addMs(now, -SHOWN_AFTER_MS);
      const listed = await maintenance.list({ from, to: addMs(now, SHOWN_AHEAD_MS) });
      const wanted = query.state === "all" ? listed : listed.filter(({ endedAt }) => endedAt === null);
      return answer(200, { windows: wanted.map((one) => maintenanceView(one, now)) });
    },
  });
}

function planWindow({ maintenance, clock }: MaintenanceApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/maintenance",
    summary: "Plan a time in which alerts are recorded and page nobody",
    access: person("operator"),
    body: maintenanceBodySchema,
    replies: { 201: maintenanceSchema },
    refusals: {
      ENDS_IN_THE_PAST: 422,
      ENDS_BEFORE_IT_STARTS: 422,
      TOO_LONG: 422,
      TOO_FAR_AHEAD: 422,
      TOO_MANY_WINDOWS: 409,
      UNKNOWN_SYSTEM: 422,
      UNKNOWN_COMPONENT: 422,
    },
    handle: async ({ body, principal }) => {
      const times = { startsAt: instantOf(body.startsAt), endsAt: instantOf(body.endsAt) };
      const planned = await maintenance.plan({ ...body, ...times }, whoOf(principal));
      return planned.ok ? answer(201, maintenanceView(planned.value, clock.now())) : planned;
    },
  });
}

function endWindow({ maintenance, clock }: MaintenanceApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/maintenance/:id/end",
    summary: "End a maintenance window now, or cancel one that has not begun",
    access: person("operator"),
    params,
    replies: { 200: maintenanceSchema },
    refusals: { WINDOW_NOT_FOUND: 404 },
    handle: async ({ params: { id }, principal }) => {
      const ended = await maintenance.end(id, whoOf(principal));
      return ended.ok ? answer(200, maintenanceView(ended.value, clock.now())) : ended;
    },
  });
}

function maintenanceView(window: MaintenanceWindow, now: Instant): MaintenanceView {
  return {
    id: window.id,
    title: window.title,
    system: window.system,
    components: [...window.components],
    startsAt: formatInstant(window.startsAt),
    endsAt: formatInstant(window.endsAt),
    by: window.by,
    public: window.public,
    pagesCritical: window.pagesCritical,
    createdAt: formatInstant(window.createdAt),
    endedAt: window.endedAt === null ? null : formatInstant(window.endedAt),
    endedBy: window.endedBy,
    state: stateOf(window, now),
  };
}

function stateOf({ startsAt, endsAt, endedAt }: MaintenanceWindow, now: Instant): MaintenanceView["state"] {
  if (endedAt !== null) return endedAt < startsAt ? "cancelled" : "over";
  if (now >= endsAt) return "over";
  return now >= startsAt ? "active" : "planned";
}
