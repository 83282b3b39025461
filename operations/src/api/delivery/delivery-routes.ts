import type { Route } from "@assay/platform/http/route";
import type { Principal } from "../../identity/principal.ts";
import { type ChannelApi, channelRoutes } from "./channel-routes.ts";
import { type NotificationApi, notificationRoutes } from "./notification-routes.ts";

/** The plane's channels, who was told of what, and dead letters. */
export function deliveryRoutes(api: ChannelApi & NotificationApi): readonly Route<Principal>[] {
  return [...channelRoutes(api), ...notificationRoutes(api)];
}
