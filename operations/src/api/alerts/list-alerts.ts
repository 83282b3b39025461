import { answer, type Route, route } from "@assay/platform/http/route";
import type { Alert } from "../../alerts/alert.ts";
import { type Principal, reader } from "../../identity/principal.ts";
import { alertListSchema, alertQuerySchema } from "../schema/alerts.ts";
import type { WatchApi } from "../systems/watch-api.ts";
import { alertView } from "./alert-view.ts";

const STATES: Readonly<Record<string, readonly Alert["state"][]>> = {
  current: ["pending", "firing"],
  all: ["pending", "firing", "resolved"],
};

/** GET `/api/alerts`: newest first. */
export function listAlerts({ alerts }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/alerts",
    summary: "Alerts, newest first",
    access: reader("read:alerts"),
    query: alertQuerySchema,
    replies: { 200: alertListSchema },
    handle: async ({ query }) => {
      const { state, system, severity, limit, cursor } = query;
      const states = STATES[state] ?? [state as Alert["state"]];
      const page = await alerts.list({ states, system, severity, limit, after: cursor });
      const nextCursor = page.length === limit ? page.at(-1)!.id : null;
      return answer(200, { alerts: page.map(alertView), nextCursor });
    },
  });
}
