import type { Route } from "@assay/platform/http/route";
import type { Principal } from "../../identity/principal.ts";
import { editorRoutes } from "./editor-routes.ts";
import { publicRoutes } from "./public-routes.ts";
import { publishRoutes } from "./publish-routes.ts";
import type { StatusApi } from "./status-api.ts";
import { subscriptionRoutes } from "./subscription-routes.ts";

/** What is open to everybody under `/api/status/`, and what operators change of it under `/api/status-page`. */
export function statusRoutes(api: StatusApi): readonly Route<Principal>[] {
  return [...publicRoutes(api), ...subscriptionRoutes(api), ...editorRoutes(api), ...publishRoutes(api)];
}
