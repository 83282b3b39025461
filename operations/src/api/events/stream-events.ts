import { answerStream, EVENT_STREAM, type Route, route, type ServerSentEvent } from "@assay/platform/http/route";
import { type Principal, person } from "../../identity/principal.ts";
import type { PlaneEvent } from "../schema/events.ts";
import type { WatchApi } from "../systems/watch-api.ts";

/** GET `/api/events`: what changed, as it changes. */
export function streamEvents({ events }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/events",
    summary: "Server-sent events that name what changed",
    access: person("viewer"),
    replies: { 200: EVENT_STREAM },
    isSlow: true,
    handle: async ({ signal }) => answerStream(serverSent(events.subscribe(signal))),
  });
}

async function* serverSent(events: AsyncIterable<PlaneEvent>): AsyncIterable<ServerSentEvent> {
  for await (const event of events) yield { event: "change", data: event };
}
