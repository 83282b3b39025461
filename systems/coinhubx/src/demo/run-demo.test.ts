import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import { silentLogger } from "@assay/platform/logging/logger";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { accept, refuse } from "@assay/primitives/result";
import { customer, startTestExchange, type TestExchange } from "../../test/orders/exchange-kit.ts";
import { customer as customerAccess } from "../api/access.ts";
import { orderRoutes } from "../api/orders/order-routes.ts";
import type { Principal } from "../api/principal.ts";
import { loginInputSchema, registerInputSchema, signedInSchema } from "../api/schema/auth.ts";
import { faucetInputSchema, faucetSchema } from "../api/schema/balances.ts";
import { ETH_USDT } from "../markets/markets.ts";
import { runDemo } from "./run-demo.ts";

/** Sign-in and faucet as far as the demo needs them: the e-mail's name is the customer and the token. */
function accountRoutes(it: TestExchange): Route<Principal>[] {
  const known = new Set<string>();
  const enter = (email: string) => {
    const name = email.split("@")[0]!.replace("-", "");
    const nothing = { level: "basic", restricted: false, totp_enabled: false, withdrawals_held_until: null } as const;
    const times = { created_at: "", session_expires_at: "" };
    return { success: true as const, user_id: name, email, ...nothing, ...times, session_token: name };
  };
  return [
    route({
      method: "POST",
      path: "/api/auth/login",
      summary: "Sign in",
      access: "open",
      body: loginInputSchema,
      replies: { 200: signedInSchema },
      refusals: { BAD_CREDENTIALS: 401 },
      handle: async ({ body }) =>
        known.has(body.email) ? answer(200, enter(body.email)) : refuse({ code: "BAD_CREDENTIALS" }),
    }),
    route({
      method: "POST",
      path: "/api/auth/register",
      summary: "Register",
      access: "open",
      body: registerInputSchema,
      replies: { 201: signedInSchema },
      handle: async ({ body }) => {
        known.add(body.email);
        return answer(201, enter(body.email));
      },
    }),
    route({
      method: "POST",
      path: "/api/faucet",
      summary: "Faucet",
      access: customerAccess("trade"),
      body: faucetInputSchema,
      replies: { 201: faucetSchema },
      handle: async ({ principal, body: { asset, amount } }) => {
        await it.fund(principal.customerId, { [asset]: amount });
        return answer(201, { success: true as const, asset, amount, journal_position: 1 });
      },
    }),
  ];
}

test("the demo traders register, trade, wait while trading is off, and end when told", async () => {
  await using it = await startTestExchange();
  await using server = await startTestHttpServer<Principal>([...orderRoutes(it.exchange), ...accountRoutes(it)], {
    authenticate: async ({ headers }) => {
      const name = headers.authorization?.slice("Bearer ".length);
      if (name === undefined) return accept(undefined);
      const shared = { kind: "customer", scopes: ["read", "trade"], session: undefined, restricted: false } as const;
      return accept({ ...shared, customerId: customer(name) });
    },
  });
  const stop = new AbortController();
  const waits: string[] = [];
  const logger = {
    ...silentLogger,
    info: (fields: object, message: string) => {
      if (message === "The demo traders wait") waits.push((fields as { code: string }).code);
    },
  };
  await using ending = new AsyncDisposableStack();
  const demo = runDemo({ url: server.url, clock: systemClock, logger, signal: stop.signal, seed: 3, stepMs: 1 });
  ending.defer(async () => {
    stop.abort();
    await demo;
  });
  while ((await it.exchange.trades(ETH_USDT.code, { limit: 5 })).length < 5);
  const open = await it.exchange.orders({ customerId: customer("demomaker"), onlyOpen: true, limit: 500 });
  ok(open.length > 0 && open.length <= 61);

  await it.disable("trading");
  while (waits.length === 0) await it.exchange.marketStates();
  equal(waits[0], "TRADING_DISABLED");
});
