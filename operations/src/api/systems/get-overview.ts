import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { type Principal, person } from "../../identity/principal.ts";
import { worstStatus } from "../../systems/health-state.ts";
import { overviewSchema } from "../schema/systems.ts";
import { summaryView } from "./system-view.ts";
import type { WatchApi } from "./watch-api.ts";

const MOST_INCIDENTS = 500;

/** GET `/api/overview`: what is broken, how bad, and whether somebody is on it. */
export function getOverview({ systems, alerts, incidents, evaluation, clock }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/overview",
    summary: "The state of everything on one page",
    access: person("viewer"),
    replies: { 200: overviewSchema },
    handle: async () => {
      const current = alerts.current();
      const summaries = systems.list().map((system) => summaryView(system, current));
      const open = await incidents.list({ currentOnly: true, limit: MOST_INCIDENTS });
      const firing = current.filter(({ state }) => state === "firing");
      const unread = systems.sources().filter(({ system }) => system === null);
      return answer(200, {
        at: formatInstant(clock.now()),
        status: worstStatus([...summaries.map(({ status }) => status), ...unread.map(() => "unknown" as const)]),
        systems: summaries,
        alerts: {
          firing: firing.length,
          pending: current.length - firing.length,
          unacknowledged: firing.filter(({ acknowledgement }) => acknowledgement === null).length,
        },
        incidents: { current: open.length, worst: open.map(({ severity }) => severity).sort()[0] ?? null },
        evaluatedAt: evaluation.lastAt === null ? null : formatInstant(evaluation.lastAt),
      });
    },
  });
}
