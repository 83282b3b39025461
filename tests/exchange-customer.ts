import { randomUUID } from "node:crypto";
import { fetchJson } from "@assay/platform/http/http-client";
import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";

type Method = "GET" | "POST" | "DELETE";
const ETH_USDT = "ETH-USDT";
const PASSWORD = "a password for drills";

const orderSchema = z.looseObject({ order_id: z.string(), status: z.string(), filled: z.string() });
const balancesSchema = z.looseObject({
  balances: z.array(z.looseObject({ asset: z.string(), total: z.string(), available: z.string() })),
});
export type PlacedOrder = z.infer<typeof orderSchema>;

/** What came of an order; the code is "NONE" when it was accepted. */
export interface Attempt {
  readonly status: number;
  readonly code: string;
}

/** A customer of the exchange, as a program that uses its public API. */
export class ExchangeCustomer {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Registers a new customer and gives them coins from the local faucet. */
  static async register(url: string, coins: Readonly<Record<string, string>>): Promise<ExchangeCustomer> {
    const body = { email: `${randomUUID()}@drill.assay.test`, password: PASSWORD, transport: "bearer" };
    const reply = await fetchJson(`${url}/api/auth/register`, { method: "POST", body });
    const { session_token: token } = z.looseObject({ session_token: z.string() }).parse(reply.body);
    const customer = new ExchangeCustomer(url, token);
    for (const [asset, amount] of Object.entries(coins))
      await customer.#expect("POST", "/api/faucet", { asset, amount });
    return customer;
  }

  /** The same customer, still signed in, where the exchange listens now. */
  movedTo(url: string): ExchangeCustomer {
    return new ExchangeCustomer(url, this.#token);
  }

  async place(side: "buy" | "sell", price: string, quantity: string): Promise<PlacedOrder> {
    return orderSchema.parse(
      await this.#expect("POST", "/api/orders", {
        market: ETH_USDT,
        side,
        price,
        quantity,
        client_order_id: randomUUID(),
      }),
    );
  }

  /** As {@link place}, when the exchange may or must say no. */
  async attempt(side: "buy" | "sell", price: string, quantity: string): Promise<Attempt> {
    const reply = await this.#send("POST", "/api/orders", {
      market: ETH_USDT,
      side,
      price,
      quantity,
      client_order_id: randomUUID(),
    });
    return { status: reply.status, code: z.looseObject({ code: z.string().default("NONE") }).parse(reply.body).code };
  }

  /** As {@link place}, when the exchange may be down: the order, or undefined when it was not acknowledged. */
  async tryToPlace(side: "buy" | "sell", price: string, quantity: string): Promise<PlacedOrder | undefined> {
    return await this.place(side, price, quantity).catch(() => undefined);
  }

  async order(orderId: string): Promise<PlacedOrder> {
    return orderSchema.parse(await this.#expect("GET", `/api/orders/${orderId}`));
  }

  async cancel(orderId: string): Promise<PlacedOrder> {
    return orderSchema.parse(await this.#expect("DELETE", `/api/orders/${orderId}`));
  }

  async total(asset: string): Promise<string> {
    const { balances } = balancesSchema.parse(await this.#expect("GET", "/api/balances"));
    return balances.find((balance) => balance.asset === asset)?.total ?? "0";
  }

  async #expect(method: Method, path: string, body?: JsonObject): Promise<unknown> {
    const reply = await this.#send(method, path, body);
    if (reply.status >= 300)
      throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  #send(method: Method, path: string, body?: JsonObject) {
    return fetchJson(this.#url + path, {
      method,
      ...(body === undefined ? {} : { body }),
      token: this.#token,
      headers: { "idempotency-key": randomUUID() },
    });
  }
}
