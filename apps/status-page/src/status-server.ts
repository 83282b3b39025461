import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type StatusSummary,
  statusSummarySchema,
  subscriptionAnswerSchema,
  subscriptionBodySchema,
} from "@assay/operations/api/schema/status";
import type { Clock } from "@assay/platform/clock/clock";
import { fetchJson } from "@assay/platform/http/http-client";
import { type HttpServer, startHttpServer } from "@assay/platform/http/http-server";
import { visitorKey } from "@assay/platform/http/networks";
import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { sitePolicy } from "@assay/platform/http/security-headers";
import { createTokenBuckets } from "@assay/platform/http/token-bucket";
import type { Logger } from "@assay/platform/logging/logger";
import { createMetrics } from "@assay/platform/metrics/metrics";
import type { Random } from "@assay/platform/random/random";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { summaryHtml } from "./summary-html.ts";

export interface StatusServerOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly host: string;
  readonly port: number;
  /** Base address of the plane; nothing but `/api/status/` is asked of it. */
  readonly planeUrl: string;
  readonly trustedProxies: readonly string[];
  /** The built pages. */
  readonly pages: string;
}

const NAME = "status-page";
const VERSION = "0.1.0";
const HTML = "text/html; charset=utf-8";
const PLACE = "<!--summary-->";
const PLAIN = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Status</title><body>${PLACE}</body></html>`;
/** Five questions at once and then one in ten minutes: nobody subscribes more often. */
const SUBSCRIPTIONS = { perSecond: 1 / 600, burst: 5 };
const PLANE_TIMEOUT_MS = 2_000;

/** Serves the public pages and passes `/api/status/` on; the first page also reads without JavaScript. */
export async function startStatusServer(options: StatusServerOptions): Promise<HttpServer> {
  const { planeUrl, pages, ...edges } = options;
  const isBuilt = existsSync(join(pages, "index.html"));
  if (!isBuilt) options.logger.warn({ directory: pages }, "The pages are not built; only the plain one is served");
  const template = isBuilt ? await readFile(join(pages, "index.html"), "utf8") : PLAIN;
  return await startHttpServer({
    ...{ ...edges, service: NAME, version: VERSION, metrics: createMetrics({ service: NAME }) },
    routes: [health(), firstPage(options, template), subscribe(options)],
    proxies: [{ prefix: "/api/status/", target: planeUrl }],
    staticSites: isBuilt ? [{ prefix: "/", directory: pages, spaFallback: true }] : [],
  });
}

function health(): Route {
  return route({
    method: "GET",
    path: "/health",
    summary: "Whether the process answers",
    access: "open",
    replies: { 200: z.strictObject({ status: z.string(), service: z.string(), version: z.string() }) },
    handle: async () => answer(200, { status: "healthy", service: NAME, version: VERSION }),
  });
}

/** Remembers the last answer of the plane, so that it can say how old it is when there is no new one. */
function firstPage({ planeUrl, logger, clock }: StatusServerOptions, template: string): Route {
  let last: StatusSummary | undefined;
  return route({
    method: "GET",
    path: "/",
    summary: "How everything is now, as a page",
    access: "open",
    replies: { 200: mediaReply(HTML) },
    handle: async () => {
      const fresh = await readSummary(planeUrl, logger);
      last = fresh ?? last;
      const html = summaryHtml({ summary: last, isFresh: fresh !== undefined, now: clock.now() });
      const headers = { "Content-Security-Policy": sitePolicy(), "Cache-Control": "no-cache" };
      return answerText(
        200,
        template.replace(PLACE, () => html),
        { contentType: HTML, headers },
      );
    },
  });
}

async function readSummary(planeUrl: string, logger: Logger): Promise<StatusSummary | undefined> {
  try {
    const { body } = await fetchJson(`${planeUrl}/api/status/summary`, { timeoutMs: PLANE_TIMEOUT_MS });
    return statusSummarySchema.parse(body);
  } catch (error) {
    logger.warn({ error: String(error) }, "The plane does not say how things are");
    return undefined;
  }
}

const problemSchema = z.object({ code: z.string(), detail: z.string().optional() });

/** Counts visitors by themselves: to the plane they are all this process. */
function subscribe({ planeUrl, clock }: StatusServerOptions): Route {
  const visitors = createTokenBuckets({ rate: SUBSCRIPTIONS, clock });
  return route({
    method: "POST",
    path: "/api/status/subscriptions",
    summary: "Ask to be told of updates",
    access: "open",
    body: subscriptionBodySchema,
    bodyLimitBytes: 4_096,
    replies: { 202: subscriptionAnswerSchema },
    refusals: { SUBSCRIPTION_REFUSED: 503 },
    handle: async ({ body, remoteAddress }) => {
      const retryAfterS = visitors.take(visitorKey(remoteAddress));
      if (retryAfterS > 0) return refuse({ code: "RATE_LIMITED", retryAfterS });
      const reply = await fetchJson(`${planeUrl}/api/status/subscriptions`, { method: "POST", body });
      if (reply.status === 202) return answer(202, subscriptionAnswerSchema.parse(reply.body));
      const problem = problemSchema.safeParse(reply.body);
      if (problem.data?.code === "RATE_LIMITED") return refuse({ code: "RATE_LIMITED", retryAfterS: 60 });
      return refuse({ code: "SUBSCRIPTION_REFUSED", detail: problem.data?.detail ?? "It cannot be done now." });
    },
  });
}
