import { answer, type Route, route } from "@assay/platform/http/route";
import { type Principal, reader } from "../../identity/principal.ts";
import { systemListSchema } from "../schema/systems.ts";
import { sourceView, summaryView } from "./system-view.ts";
import type { WatchApi } from "./watch-api.ts";

/** GET `/api/systems` */
export function listSystems({ systems, alerts }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/systems",
    summary: "Systems with their state, and the manifests that were refused",
    access: reader("read:systems"),
    replies: { 200: systemListSchema },
    handle: async () =>
      answer(200, {
        systems: systems.list().map((system) => summaryView(system, alerts.current())),
        sources: systems.sources().map(sourceView),
      }),
  });
}
