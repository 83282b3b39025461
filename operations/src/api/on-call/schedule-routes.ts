import { answer, type Route, route } from "@assay/platform/http/route";
import { assert } from "@assay/primitives/assert";
import { type Instant, parseInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { AuditActor } from "../../audit/audit-entry.ts";
import { type PersonPrincipal, type Principal, person } from "../../identity/principal.ts";
import {
  onCallIdSchema,
  overrideInputSchema,
  overrideSchema,
  putScheduleSchema,
  scheduleDetailSchema,
  timelineQuerySchema,
} from "../schema/on-call.ts";
import type { OnCallApi } from "./on-call-api.ts";
import { namerOf, overrideView, scheduleDetailView } from "./schedule-view.ts";

export const scheduleParamsSchema = z.strictObject({ id: onCallIdSchema });
const overrideParamsSchema = z.strictObject({ id: z.string().max(64) });

/** The limits of what people may write down, in words. */
export const DETAILS = {
  CHANGED_MEANWHILE: "Somebody has changed it since you read it: read it again.",
  UNKNOWN_PERSON: "Somebody named here does not work here.",
  UNKNOWN_SCHEDULE: "A step names a schedule that does not exist.",
  UNKNOWN_TIME_ZONE: "Name a time zone such as Europe/Berlin.",
  DUPLICATE_LAYER: "Two layers have the same id.",
  SCHEDULE_IN_USE: "An escalation policy uses this schedule.",
  POLICY_IN_USE: "This policy is always needed; change it instead.",
  OVERRIDE_TIMES: "An override ends after it begins, in the future and within 31 days.",
  TOO_MANY: "There are too many already: remove one first.",
} as const;

export function actorOf({ personId, name }: PersonPrincipal): AuditActor {
  return { kind: "person", id: personId, name };
}

export function scheduleRoutes(api: OnCallApi): readonly Route<Principal>[] {
  return [getSchedule(api), putSchedule(api), deleteSchedule(api), postOverride(api), deleteOverride(api)];
}

async function detailOf({ schedules, directory, clock }: OnCallApi, id: string, days = 14) {
  const roster = (await schedules.rosters()).find(({ schedule }) => schedule.id === id);
  if (roster === undefined) return undefined;
  return scheduleDetailView(roster, { now: clock.now(), days, name: namerOf(await directory.people()) });
}

/** GET `/api/on-call/schedules/:id` */
function getSchedule(api: OnCallApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/on-call/schedules/:id",
    summary: "A schedule, its shifts and its overrides",
    access: person("viewer"),
    params: scheduleParamsSchema,
    query: timelineQuerySchema,
    replies: { 200: scheduleDetailSchema },
    handle: async ({ params, query }) => {
      const detail = await detailOf(api, params.id, query.days);
      return detail === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, detail);
    },
  });
}

/** PUT `/api/on-call/schedules/:id` */
function putSchedule(api: OnCallApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/on-call/schedules/:id",
    summary: "Make or change a schedule",
    access: person("operator"),
    params: scheduleParamsSchema,
    body: putScheduleSchema,
    replies: { 200: scheduleDetailSchema },
    refusals: {
      CHANGED_MEANWHILE: 409,
      UNKNOWN_PERSON: 422,
      UNKNOWN_TIME_ZONE: 422,
      DUPLICATE_LAYER: 422,
      TOO_MANY: 422,
    },
    handle: async ({ params: { id }, body, principal }) => {
      const { version, ...value } = body;
      const saved = await api.schedules.save({ id, version, value, actor: actorOf(principal) });
      if (!saved.ok) return refuse({ ...saved.refusal, detail: DETAILS[saved.refusal.code] });
      return answer(200, (await detailOf(api, id))!);
    },
  });
}

/** DELETE `/api/on-call/schedules/:id` */
function deleteSchedule({ schedules }: OnCallApi): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/on-call/schedules/:id",
    summary: "Remove a schedule that no policy uses",
    access: person("operator"),
    params: scheduleParamsSchema,
    replies: { 200: z.strictObject({}) },
    refusals: { SCHEDULE_IN_USE: 409 },
    handle: async ({ params, principal }) => {
      const removed = await schedules.remove(params.id, actorOf(principal));
      if (removed.ok) return answer(200, {});
      const { code } = removed.refusal;
      return code === "NOT_FOUND" ? refuse({ code }) : refuse({ code, detail: DETAILS[code] });
    },
  });
}

/** POST `/api/on-call/schedules/:id/overrides` */
function postOverride({ schedules, directory }: OnCallApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/on-call/schedules/:id/overrides",
    summary: "Put somebody on call by hand for a while",
    access: person("operator"),
    params: scheduleParamsSchema,
    body: overrideInputSchema,
    replies: { 201: overrideSchema },
    refusals: { OVERRIDE_TIMES: 422, UNKNOWN_PERSON: 422, TOO_MANY: 422 },
    handle: async ({ params, body, principal }) => {
      const times = { from: body.from === undefined ? undefined : instantOf(body.from), to: instantOf(body.to) };
      const order = { scheduleId: params.id, person: body.person, reason: body.reason, ...times };
      const made = await schedules.override({ ...order, actor: actorOf(principal) });
      if (made.ok) return answer(201, overrideView(made.value, namerOf(await directory.people())));
      const { code } = made.refusal;
      return code === "NOT_FOUND" ? refuse({ code }) : refuse({ code, detail: DETAILS[code] });
    },
  });
}

/** DELETE `/api/on-call/overrides/:id` */
function deleteOverride({ schedules }: OnCallApi): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/on-call/overrides/:id",
    summary: "End an override now",
    access: person("operator"),
    params: overrideParamsSchema,
    replies: { 200: z.strictObject({}) },
    handle: async ({ params, principal }) => {
      const ended = await schedules.endOverride(params.id, actorOf(principal));
      return ended.ok ? answer(200, {}) : ended;
    },
  });
}

/** An instant that its schema has already looked at. */
export function instantOf(text: string): Instant {
  const parsed = parseInstant(text);
  assert(parsed.ok, `${text} is an instant`);
  return parsed.value;
}
