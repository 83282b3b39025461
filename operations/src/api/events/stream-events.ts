import type { Clock } from "@assay/platform/clock/clock";
import { answerStream, EVENT_STREAM, type Route, route, type ServerSentEvent } from "@assay/platform/http/route";
import { MINUTE_MS } from "@assay/primitives/instant";
import { type Principal, person } from "../../identity/principal.ts";
import type { PlaneEvent } from "../schema/events.ts";
import type { WatchApi } from "../systems/watch-api.ts";

const LOOK_AGAIN_MS = MINUTE_MS;

/** GET `/api/events`: what changed, as it changes, for as long as the session lasts. */
export function streamEvents({ events, clock, isSignedIn }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/events",
    summary: "Server-sent events that name what changed",
    access: person("viewer"),
    replies: { 200: EVENT_STREAM },
    isSlow: true,
    handle: async ({ signal, principal: { sessionId } }) =>
      answerStream(serverSent(events.subscribe(signal), { clock, isSignedIn: () => isSignedIn(sessionId) })),
  });
}

/** An open page is access too: it ends with the session, at once when people change, and within a minute by itself. */
export async function* serverSent(
  events: AsyncIterable<PlaneEvent>,
  { clock, isSignedIn }: { readonly clock: Clock; readonly isSignedIn: () => Promise<boolean> },
): AsyncIterable<ServerSentEvent> {
  let lookedMs = clock.monotonicMs();
  for await (const event of events) {
    const now = clock.monotonicMs();
    if (event.topic === "people" || event.topic === "all" || now - lookedMs >= LOOK_AGAIN_MS) {
      if (!(await isSignedIn())) return;
      lookedMs = now;
    }
    yield { event: "change", data: event };
  }
}
