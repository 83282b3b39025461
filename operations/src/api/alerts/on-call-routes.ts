import { answer, type Route, route } from "@assay/platform/http/route";
import { type Principal, person } from "../../identity/principal.ts";
import { onCallSchema } from "../schema/delivery.ts";
import type { WatchApi } from "../systems/watch-api.ts";

/** GET `/api/on-call` */
export function getOnCall({ delivery }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/on-call",
    summary: "Who is called first",
    access: person("viewer"),
    replies: { 200: onCallSchema },
    handle: async () => answer(200, { people: await delivery.onCall() }),
  });
}

/** PUT `/api/on-call` */
export function putOnCall({ delivery, directory, audit, events }: WatchApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/on-call",
    summary: "Set who is called first; an empty list calls everyone",
    access: person("operator"),
    body: onCallSchema,
    replies: { 200: onCallSchema },
    handle: async ({ body, principal }) => {
      const known = new Set((await directory.people()).map(({ id }) => id));
      const people = [...new Set(body.people)].filter((id) => known.has(id));
      await audit.append(undefined, {
        actor: { kind: "person", id: principal.personId, name: principal.name },
        action: "on_call.changed",
        target: "on-call",
        details: { people },
      });
      await delivery.setOnCall(people);
      events.publish({ topic: "people", id: "on-call" });
      return answer(200, { people });
    },
  });
}
