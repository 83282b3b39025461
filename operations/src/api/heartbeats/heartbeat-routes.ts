import type { Clock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type Heartbeat, isPaused } from "../../heartbeats/heartbeat.ts";
import type { Heartbeats } from "../../heartbeats/heartbeats.ts";
import { machine, type Principal, person } from "../../identity/principal.ts";
import { actorOf, DETAILS, instantOf, scheduleParamsSchema } from "../on-call/schedule-routes.ts";
import {
  beatSchema,
  type HeartbeatView,
  heartbeatListSchema,
  heartbeatSchema,
  pauseHeartbeatSchema,
  putHeartbeatSchema,
} from "../schema/heartbeats.ts";

export interface HeartbeatsApi {
  readonly heartbeats: Heartbeats;
  readonly clock: Clock;
}

export function heartbeatRoutes(api: HeartbeatsApi): readonly Route<Principal>[] {
  return [listHeartbeats(api), putHeartbeat(api), deleteHeartbeat(api), postBeat(api), postPause(api), postResume(api)];
}

function viewOf(heartbeat: Heartbeat, now: Instant): HeartbeatView {
  const { createdAt, lastBeatAt, dueAt, pause, ...same } = heartbeat;
  return {
    ...same,
    state: isPaused(heartbeat, now) ? "paused" : heartbeat.state,
    lastBeatAt: lastBeatAt === null ? null : formatInstant(lastBeatAt),
    dueAt: formatInstant(dueAt),
    pause: pause !== null && isPaused(heartbeat, now) ? { ...pause, until: formatInstant(pause.until) } : null,
  };
}

/** GET `/api/heartbeats` */
function listHeartbeats({ heartbeats, clock }: HeartbeatsApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/heartbeats",
    summary: "Jobs that are expected to be heard",
    access: person("viewer"),
    replies: { 200: heartbeatListSchema },
    handle: async () => {
      const now = clock.now();
      return answer(200, { heartbeats: (await heartbeats.list()).map((one) => viewOf(one, now)) });
    },
  });
}

/** PUT `/api/heartbeats/:id` */
function putHeartbeat({ heartbeats, clock }: HeartbeatsApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/heartbeats/:id",
    summary: "Expect a job to be heard, or change what is expected",
    access: person("operator"),
    params: scheduleParamsSchema,
    body: putHeartbeatSchema,
    replies: { 200: heartbeatSchema },
    refusals: { CHANGED_MEANWHILE: 409, TOO_MANY: 422 },
    handle: async ({ params: { id }, body: { version, ...value }, principal }) => {
      const saved = await heartbeats.save({ id, version, value, actor: actorOf(principal) });
      if (saved.ok) return answer(200, viewOf(saved.value, clock.now()));
      return refuse({ ...saved.refusal, detail: DETAILS[saved.refusal.code] });
    },
  });
}

/** DELETE `/api/heartbeats/:id` */
function deleteHeartbeat({ heartbeats }: HeartbeatsApi): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/heartbeats/:id",
    summary: "No longer expect a job to be heard",
    access: person("operator"),
    params: scheduleParamsSchema,
    replies: { 200: z.strictObject({}) },
    handle: async ({ params, principal }) => {
      const removed = await heartbeats.remove(params.id, actorOf(principal));
      return removed.ok ? answer(200, {}) : removed;
    },
  });
}

/** POST `/api/heartbeats/:id`: the job is alive. */
function postBeat({ heartbeats }: HeartbeatsApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/heartbeats/:id",
    summary: "Say that a job is alive",
    access: machine("heartbeats:write"),
    params: scheduleParamsSchema,
    body: z.strictObject({}),
    replies: { 200: beatSchema },
    handle: async ({ params, principal }) => {
      const beaten = await heartbeats.beat(params.id, principal.name);
      return beaten.ok ? answer(200, { id: params.id, dueAt: formatInstant(beaten.value.dueAt) }) : beaten;
    },
  });
}

/** POST `/api/heartbeats/:id/pause` */
function postPause({ heartbeats, clock }: HeartbeatsApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/heartbeats/:id/pause",
    summary: "Do not listen for a job for a while",
    access: person("operator"),
    params: scheduleParamsSchema,
    body: pauseHeartbeatSchema,
    replies: { 200: heartbeatSchema },
    refusals: { PAUSE_TIMES: 422 },
    handle: async ({ params: { id }, body, principal }) => {
      const order = { id, until: instantOf(body.until), reason: body.reason, actor: actorOf(principal) };
      const paused = await heartbeats.pause(order);
      if (paused.ok) return answer(200, viewOf(paused.value, clock.now()));
      const { code } = paused.refusal;
      if (code === "NOT_FOUND") return refuse({ code });
      return refuse({ code, detail: "A pause ends in the future and within 31 days." });
    },
  });
}

/** POST `/api/heartbeats/:id/resume` */
function postResume({ heartbeats, clock }: HeartbeatsApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/heartbeats/:id/resume",
    summary: "Listen for a job again",
    access: person("operator"),
    params: scheduleParamsSchema,
    replies: { 200: heartbeatSchema },
    handle: async ({ params, principal }) => {
      const resumed = await heartbeats.resume(params.id, actorOf(principal));
      return resumed.ok ? answer(200, viewOf(resumed.value, clock.now())) : resumed;
    },
  });
}
