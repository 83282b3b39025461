import type { Clock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, type Instant, toInstant } from "@assay/primitives/instant";
import { z } from "zod";
import type { Alert } from "../../alerts/alert.ts";
import { type PersonPrincipal, type Principal, person } from "../../identity/principal.ts";
import type { Silence } from "../../quiet/silence-store.ts";
import type { Silences, Who } from "../../quiet/silences.ts";
import {
  quietQuerySchema,
  type SilenceView,
  silenceBodySchema,
  silenceListSchema,
  silenceSchema,
} from "../schema/quiet.ts";

export interface SilenceApi {
  readonly silences: Silences;
  readonly clock: Clock;
  readonly current: () => readonly Alert[];
}

const params = z.strictObject({ id: z.string().max(64) });

/** `/api/silences`: list, create, end. */
export function silenceRoutes(api: SilenceApi): readonly Route<Principal>[] {
  return [listSilences(api), createSilence(api), endSilence(api)];
}

function listSilences({ silences, clock, current }: SilenceApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/silences",
    summary: "Silences, newest first",
    access: person("viewer"),
    query: quietQuerySchema,
    replies: { 200: silenceListSchema },
    handle: async ({ query }) => {
      const listed = await silences.list(query.state);
      return answer(200, { silences: listed.map((one) => silenceView(one, { now: clock.now(), alerts: current() })) });
    },
  });
}

function createSilence({ silences, clock, current }: SilenceApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/silences",
    summary: "Keep alerts quiet until a time; it ends by itself",
    access: person("operator"),
    body: silenceBodySchema,
    replies: { 201: silenceSchema },
    refusals: { ENDS_IN_THE_PAST: 422, TOO_LONG: 422, TOO_MANY_SILENCES: 409 },
    handle: async ({ body, principal }) => {
      const endsAt = instantOf(body.endsAt);
      const created = await silences.create({ matchers: body.matchers, reason: body.reason, endsAt }, whoOf(principal));
      if (!created.ok) return created;
      return answer(201, silenceView(created.value, { now: clock.now(), alerts: current() }));
    },
  });
}

function endSilence({ silences, clock, current }: SilenceApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/silences/:id/end",
    summary: "End a silence before its time",
    access: person("operator"),
    params,
    replies: { 200: silenceSchema },
    refusals: { SILENCE_NOT_FOUND: 404 },
    handle: async ({ params: { id }, principal }) => {
      const ended = await silences.end(id, whoOf(principal));
      return ended.ok ? answer(200, silenceView(ended.value, { now: clock.now(), alerts: current() })) : ended;
    },
  });
}

function silenceView(
  silence: Silence,
  { now, alerts }: { readonly now: Instant; readonly alerts: readonly Alert[] },
): SilenceView {
  return {
    id: silence.id,
    matchers: silence.matchers.map((one) => ({ ...one })),
    reason: silence.reason,
    by: silence.by,
    createdAt: formatInstant(silence.createdAt),
    endsAt: formatInstant(silence.endsAt),
    endedAt: silence.endedAt === null ? null : formatInstant(silence.endedAt),
    endedBy: silence.endedBy,
    isActive: silence.endedAt === null && now < silence.endsAt,
    alerts: alerts.filter(({ silencedBy }) => silencedBy === silence.id).length,
  };
}

export function whoOf({ personId, name }: PersonPrincipal): Who {
  return { id: personId, name };
}

/** A time that its schema has already read. */
export function instantOf(text: string): Instant {
  return toInstant(Date.parse(text));
}
