import { answer, type Route, route } from "@assay/platform/http/route";
import { type Principal, person } from "../../identity/principal.ts";
import { DEFAULT_POLICY } from "../../on-call/policy-store.ts";
import { onCallSchema } from "../schema/on-call.ts";
import { getContacts, putContacts } from "./contact-routes.ts";
import type { OnCallApi } from "./on-call-api.ts";
import { pageRoutes } from "./page-routes.ts";
import { policyRoutes } from "./policy-routes.ts";
import { scheduleRoutes } from "./schedule-routes.ts";
import { namerOf, onCallNowView } from "./schedule-view.ts";

export function onCallRoutes(api: OnCallApi): readonly Route<Principal>[] {
  return [
    getOnCall(api),
    getContacts(api),
    putContacts(api),
    ...scheduleRoutes(api),
    ...policyRoutes(api),
    ...pageRoutes(api),
  ];
}

/** GET `/api/on-call` */
function getOnCall({ schedules, policies, directory, clock }: OnCallApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/on-call",
    summary: "Who is called now, per schedule",
    access: person("viewer"),
    replies: { 200: onCallSchema },
    handle: async () => {
      const people = await directory.people();
      const now = clock.now();
      const views = (await schedules.rosters()).map((roster) => onCallNowView(roster, now, namerOf(people)));
      const first = (await policies.list()).find(({ id }) => id === DEFAULT_POLICY)?.steps[0]?.targets ?? [];
      const called = first.flatMap((target) => {
        if (target.kind === "person") return [target.person];
        if (target.kind !== "on-call") return [];
        return views.flatMap((view) => (view.id === target.schedule && view.person ? [view.person.id] : []));
      });
      const isEveryone = called.length === 0;
      const everyone = people.map(({ id }) => id);
      return answer(200, { people: isEveryone ? everyone : [...new Set(called)], isEveryone, schedules: views });
    },
  });
}
