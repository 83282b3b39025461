import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "@assay/primitives/assert";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ContentSecurityPolicy, sitePolicy } from "./security-headers.ts";

/** A folder of built files served as they are. */
export interface StaticSite {
  /** `/` or `/console/`. */
  readonly prefix: `/${string}`;
  readonly directory: string;
  /** Answers page addresses that are no file with `index.html`, so that a deep link opens the application. */
  readonly spaFallback?: boolean;
  /** Directives that replace the strict defaults, such as `{ "style-src": ["'self'", "'unsafe-inline'"] }`. */
  readonly csp?: ContentSecurityPolicy;
}

const HASHED_NAME = /[.-][\w-]{8,}\.(js|css|woff2?|png|svg|webp|map)$/;
const IMMUTABLE = "public, max-age=31536000, immutable";

export interface StaticSites {
  /** Sends the application's page if a site has one for this request; whether it did. */
  sendFallback(request: FastifyRequest, reply: FastifyReply): Promise<boolean>;
}

export function serveStaticSites(app: FastifyInstance, sites: readonly StaticSite[]): StaticSites {
  const policies = new Map(sites.map((site) => [site, sitePolicy(site.csp)]));
  for (const site of sites) {
    assert(existsSync(site.directory), `the site at ${site.prefix} has a folder ${site.directory}`);
    app.register(fastifyStatic, {
      root: site.directory,
      prefix: site.prefix,
      decorateReply: false,
      dotfiles: "ignore",
      cacheControl: false,
      setHeaders: (response, path) => {
        response.header("Content-Security-Policy", policies.get(site)!);
        response.header("Cache-Control", HASHED_NAME.test(path) ? IMMUTABLE : "no-cache");
      },
    });
  }
  const longestFirst = [...sites].sort((left, right) => right.prefix.length - left.prefix.length);
  return {
    async sendFallback(request, reply) {
      const { path } = request.exchange;
      const site = longestFirst.find(({ prefix }) => path.startsWith(prefix));
      if (site?.spaFallback !== true || !asksForPage(request, path)) return false;
      const page = await readFile(join(site.directory, "index.html")).catch(() => undefined);
      if (page === undefined) return false;
      reply.header("Content-Security-Policy", policies.get(site)!).header("Cache-Control", "no-cache");
      reply.type("text/html; charset=utf-8").send(page);
      return true;
    },
  };
}

function asksForPage(request: FastifyRequest, path: string): boolean {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const lastPart = path.slice(path.lastIndexOf("/") + 1);
  const isPage = !path.startsWith("/api/") && !path.startsWith("/ops/");
  return isRead && isPage && !lastPart.includes(".") && (request.headers.accept ?? "").includes("text/html");
}
