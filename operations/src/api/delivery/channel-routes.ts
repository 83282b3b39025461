import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { z } from "zod";
import type { Channel } from "../../delivery/channel-store.ts";
import type { Channels } from "../../delivery/channels.ts";
import { type Principal, person } from "../../identity/principal.ts";
import { whoOf } from "../quiet/silence-routes.ts";
import {
  type ChannelView,
  type ContactKind,
  channelBodySchema,
  channelListSchema,
  channelSchema,
  channelTestSchema,
} from "../schema/delivery.ts";

export interface ChannelApi {
  readonly channels: Channels;
  /** What this plane can send over as it is configured. */
  readonly kinds: readonly ContactKind[];
}

const params = z.strictObject({ id: z.string().max(64) });
/** A test waits for the target. */
const TEST_TIMEOUT_MS = 30_000;

/** `/api/channels`: who may configure where the plane posts to is an administrator. */
export function channelRoutes(api: ChannelApi): readonly Route<Principal>[] {
  return [listChannels(api), createChannel(api), removeChannel(api), testChannel(api)];
}

function listChannels({ channels, kinds }: ChannelApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/channels",
    summary: "The plane's own channels; secrets are not shown",
    access: person("viewer"),
    replies: { 200: channelListSchema },
    handle: async () => answer(200, { channels: (await channels.list()).map(channelView), kinds: [...kinds] }),
  });
}

function createChannel({ channels }: ChannelApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/channels",
    summary: "Add a channel; what is secret in it is sealed and never shown again",
    access: person("admin"),
    body: channelBodySchema,
    replies: { 201: channelSchema },
    refusals: {
      NAME_TAKEN: 409,
      TOO_MANY_CHANNELS: 409,
      FALLBACK_NOT_FOUND: 422,
      CHANNEL_NOT_FOUND: 404,
      NOT_HTTP: 422,
      LOOPBACK_TARGET: 422,
    },
    handle: async ({ body, principal }) => {
      const created = await channels.create(body, whoOf(principal));
      return created.ok ? answer(201, channelView(created.value)) : created;
    },
  });
}

function removeChannel({ channels }: ChannelApi): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/channels/:id",
    summary: "Remove a channel",
    access: person("admin"),
    params,
    replies: { 200: z.strictObject({}) },
    refusals: { CHANNEL_NOT_FOUND: 404 },
    handle: async ({ params: { id }, principal }) => {
      const removed = await channels.remove(id, whoOf(principal));
      return removed.ok ? answer(200, {}) : removed;
    },
  });
}

function testChannel({ channels }: ChannelApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/channels/:id/test",
    summary: "Send a test message over a channel now",
    access: person("admin"),
    params,
    replies: { 200: channelTestSchema },
    refusals: { CHANNEL_NOT_FOUND: 404 },
    timeoutMs: TEST_TIMEOUT_MS,
    isSlow: true,
    handle: async ({ params: { id }, principal }) => {
      const tested = await channels.test(id, whoOf(principal));
      return tested.ok ? answer(200, tested.value) : tested;
    },
  });
}

function channelView(channel: Channel): ChannelView {
  const { id, name, kind, target, sealed, fallbackId, createdBy, createdAt } = channel;
  return {
    ...{ id, name, kind, target, createdBy },
    hasSecret: sealed !== null,
    fallback: fallbackId,
    createdAt: formatInstant(createdAt),
  };
}
