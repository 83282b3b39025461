import {
  type ChannelBody,
  type ChannelView,
  channelListSchema,
  channelSchema,
  channelTestSchema,
  notificationListSchema,
} from "@assay/operations/api/schema/delivery";
import { request } from "@assay/page-kit/request.ts";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";

export type { ChannelBody, ChannelView };

export const channelsQuery = queryOptions({
  queryKey: ["on-call", "channels"],
  refetchInterval: 15_000,
  queryFn: () => request("/api/channels", { schema: channelListSchema }),
});

export const deadLettersQuery = queryOptions({
  queryKey: ["on-call", "dead-letters"],
  refetchInterval: 5_000,
  queryFn: async () => (await request("/api/dead-letters", { schema: notificationListSchema })).notifications,
});

export function createChannel(body: ChannelBody) {
  return request("/api/channels", { method: "POST", body, schema: channelSchema });
}

export function removeChannel(id: string) {
  return request(`/api/channels/${id}`, { method: "DELETE", schema: z.unknown() });
}

export function testChannel(id: string) {
  return request(`/api/channels/${id}/test`, { method: "POST", schema: channelTestSchema });
}

export function moveDeadLetter(id: string, move: "redrive" | "discard") {
  return request(`/api/dead-letters/${id}/${move}`, { method: "POST", schema: z.unknown() });
}
