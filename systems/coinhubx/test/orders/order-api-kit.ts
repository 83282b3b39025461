import { systemClock } from "@assay/platform/clock/clock";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { accept } from "@assay/primitives/result";
import { marketRoutes } from "../../src/api/markets/market-routes.ts";
import { orderRoutes } from "../../src/api/orders/order-routes.ts";
import type { Principal } from "../../src/api/principal.ts";
import { readFlags } from "../../src/feature-flags/flag-store.ts";
import { customer, startTestExchange } from "./exchange-kit.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** The routes over HTTP; a bearer token is simply the customer's name, `name!` one who is restricted. */
export async function startTestApi() {
  const it = await startTestExchange();
  let flags = await readFlags(it.database);
  const server = await startTestHttpServer<Principal>(
    [...orderRoutes(it.exchange), ...marketRoutes({ exchange: it.exchange, clock: systemClock, flags: () => flags })],
    {
      authenticate: async ({ headers }) => {
        const name = headers.authorization?.slice("Bearer ".length);
        if (name === undefined) return accept(undefined);
        const shared = { kind: "customer", scopes: ["read", "trade"], session: undefined } as const;
        return accept({ ...shared, customerId: customer(name.replace("!", "")), restricted: name.endsWith("!") });
      },
    },
  );
  return {
    ...it,
    url: server.url,
    refreshFlags: async () => {
      flags = await readFlags(it.database);
    },
    async call(line: string, more: { as?: string; body?: unknown; key?: string } = {}): Promise<Answer> {
      const [method, path] = line.split(" ") as [string, string];
      const headers = new Headers();
      if (more.as !== undefined) headers.set("authorization", `Bearer ${more.as}`);
      if (more.key !== undefined) headers.set("idempotency-key", more.key);
      if (more.body !== undefined) headers.set("content-type", "application/json");
      const init = { method, headers, ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }) };
      const response = await fetch(`${server.url}${path}`, init);
      return { status: response.status, headers: response.headers, body: (await response.json()) as Answer["body"] };
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await it[Symbol.asyncDispose]();
    },
  };
}
