import { equal, ok } from "node:assert/strict";
import { systemClock } from "@assay/platform/clock/clock";
import { type FetchOptions, fetchJson } from "@assay/platform/http/http-client";
import type { Random } from "@assay/platform/random/random";
import { Failure } from "@assay/primitives/failure";
import type { z } from "zod";
import type { fillSchema, placedOrderSchema } from "../src/api/schema/orders.ts";
import { TEST_PASSWORD } from "./test-exchange.ts";

export type PlacedOrder = z.infer<typeof placedOrderSchema>;
export type Fill = z.infer<typeof fillSchema>;

/**
 * A customer's program that trades through whatever happens to the exchange: what got no answer is asked again under the
 * same client order id until it has one. It remembers every answer, for comparing with what the exchange says later.
 */
export interface OrderClient {
  readonly token: string;
  /** What was answered with 201, by client order id. */
  readonly placed: ReadonlyMap<string, PlacedOrder>;
  /** Orders whose cancelling was answered with 200. */
  readonly canceled: ReadonlySet<string>;
  /** Trades until told to stop. Whatever is neither an answer nor a passing failure is an error. */
  trade(): Promise<void>;
  stop(): void;
}

export interface OrderClientOptions {
  readonly name: string;
  readonly random: Random;
  /** Where the exchange is now. */
  readonly url: () => string;
}

const RETRY_MS = 50;
/** Nobody waits for an exchange that does not come back. */
const MOST_TRIES = 600;
const PASSING: ReadonlySet<number> = new Set([503, 504]);

export async function enterOrderClient({ name, random, url }: OrderClientOptions): Promise<OrderClient> {
  const call = (path: string, options: FetchOptions) => fetchJson(`${url()}${path}`, options);
  const credentials = { email: `${name}@example.com`, password: TEST_PASSWORD, transport: "bearer" };
  const registered = await call("/api/auth/register", { method: "POST", body: credentials });
  equal(registered.status, 201);
  const token = String((registered.body as { session_token: string }).session_token);
  for (const [asset, amount] of [
    ["ETH", "100"],
    ["USDT", "100000"],
  ] as const) {
    const headers = { "idempotency-key": `opening-balance-${asset}` };
    equal((await call("/api/faucet", { method: "POST", token, headers, body: { asset, amount } })).status, 201);
  }
  const placed = new Map<string, PlacedOrder>();
  const canceled = new Set<string>();
  let isStopped = false;
  /** Asks until there is an answer. */
  const settle = async (path: string, options: FetchOptions) => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const reply = await call(path, { token, timeoutMs: 15_000, ...options }).catch((error: unknown) => {
        ok(error instanceof Failure && error.retryable, String(error));
      });
      if (reply !== undefined && !PASSING.has(reply.status)) return reply;
      await systemClock.sleep(RETRY_MS);
    }
    throw new Error(`${path} got no answer`);
  };
  const place = async (number: number): Promise<PlacedOrder> => {
    const side = random.integer(2) === 0 ? "buy" : "sell";
    const price = (3_000 + (random.integer(401) - 200) / 100).toFixed(2);
    const quantity = ((random.integer(100) + 50) / 10_000).toFixed(4);
    const client_order_id = `${name}-${number}`;
    const body = { market: "ETH-USDT", side, price, quantity, client_order_id };
    const reply = await settle("/api/orders", { method: "POST", body });
    equal(reply.status, 201, JSON.stringify(reply.body));
    const order = reply.body as PlacedOrder;
    placed.set(client_order_id, order);
    return order;
  };
  const cancel = async ({ order_id }: PlacedOrder): Promise<void> => {
    const reply = await settle(`/api/orders/${order_id}`, { method: "DELETE" });
    // Filled in between, or canceled by a first try whose answer got lost.
    if (reply.status === 409) return;
    equal(reply.status, 200, JSON.stringify(reply.body));
    canceled.add(order_id);
  };
  return {
    token,
    placed,
    canceled,
    stop: () => {
      isStopped = true;
    },
    async trade() {
      for (let number = 0; !isStopped; number += 1) {
        const order = await place(number);
        if (order.status !== "filled" && random.integer(2) === 0) await cancel(order);
      }
    },
  };
}
