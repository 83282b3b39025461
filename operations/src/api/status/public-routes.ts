import type { IncomingHttpHeaders } from "node:http";
import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { sha256Hex } from "@assay/primitives/hash";
import { formatInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { Principal } from "../../identity/principal.ts";
import { publicIncidentView } from "../../status-page/status-content.ts";
import { atomFeed, rssFeed } from "../../status-page/status-feeds.ts";
import {
  bannersQuerySchema,
  bannersSchema,
  publicIncidentSchema,
  statusHistorySchema,
  statusSummarySchema,
} from "../schema/status.ts";
import type { StatusApi } from "./status-api.ts";

/** What everybody may read. Each answer has an ETag and may be kept for a few seconds. */
export function publicRoutes(api: StatusApi): readonly Route<Principal>[] {
  return [summary(api), history(api), incident(api), banners(api), feed(api, "atom"), feed(api, "rss")];
}

function summary({ content }: StatusApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/status/summary",
    summary: "How everything is now, for everybody",
    access: "open",
    replies: { 200: statusSummarySchema },
    handle: async ({ headers }) => {
      const body = await content.summary();
      const cached = cacheHeaders(body, 5);
      return isKnown(headers, cached) ? notModified(cached) : answer(200, body, cached);
    },
  });
}

function history({ content }: StatusApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/status/history",
    summary: "The worst of each of 90 days and uptime, from recorded changes",
    access: "open",
    replies: { 200: statusHistorySchema },
    handle: async ({ headers }) => {
      const body = await content.history();
      const cached = cacheHeaders(body, 60);
      return isKnown(headers, cached) ? notModified(cached) : answer(200, body, cached);
    },
  });
}

function incident({ publicIncidents }: StatusApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/status/incidents/:id",
    summary: "What was told about one incident",
    access: "open",
    params: z.strictObject({ id: z.string().max(64) }),
    replies: { 200: publicIncidentSchema },
    handle: async ({ params: { id }, headers }) => {
      const found = await publicIncidents.find(id);
      if (found === undefined) return refuse({ code: "NOT_FOUND" });
      const body = publicIncidentView(found);
      const cached = cacheHeaders(body, 5);
      return isKnown(headers, cached) ? notModified(cached) : answer(200, body, cached);
    },
  });
}

function banners({ content }: StatusApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/status/banners",
    summary: "What a system shows its users on its own pages",
    access: "open",
    query: bannersQuerySchema,
    replies: { 200: bannersSchema },
    handle: async ({ query: { system }, headers }) => {
      const body = { banners: await content.banners(system) };
      const cached = cacheHeaders(body, 5);
      return isKnown(headers, cached) ? notModified(cached) : answer(200, body, cached);
    },
  });
}

const FEEDS = {
  atom: { type: "application/atom+xml; charset=utf-8", write: atomFeed },
  rss: { type: "application/rss+xml; charset=utf-8", write: rssFeed },
} as const;

function feed({ content, url, clock }: StatusApi, kind: keyof typeof FEEDS): Route<Principal> {
  const { type, write } = FEEDS[kind];
  return route({
    method: "GET",
    path: `/api/status/feed.${kind}`,
    summary: `Every update as a feed (${kind})`,
    access: "open",
    replies: { 200: mediaReply(type) },
    handle: async ({ headers }) => {
      const { incidents } = await content.history();
      const text = write({ url, incidents, now: formatInstant(clock.now()) });
      const cached = cacheHeaders(incidents, 60);
      return isKnown(headers, cached)
        ? notModified(cached)
        : answerText(200, text, { contentType: type, headers: cached });
    },
  });
}

function notModified(headers: Readonly<Record<string, string>>) {
  return answerText(304, "", { contentType: "application/json", headers });
}

function cacheHeaders(body: unknown, maxAgeS: number) {
  return { "Cache-Control": `public, max-age=${maxAgeS}`, ETag: `"${sha256Hex(JSON.stringify(body)).slice(0, 32)}"` };
}

function isKnown(headers: IncomingHttpHeaders, { ETag }: { readonly ETag: string }): boolean {
  const known = headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known?.includes(ETag) === true;
}
