import { fetchJson, type HttpReply } from "@assay/platform/http/http-client";
import { Failure } from "@assay/primitives/failure";
import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";
import { signedInSchema } from "../api/schema/auth.ts";
import { type orderAnswerSchema, ordersSchema, placedOrderSchema } from "../api/schema/orders.ts";

type PlacedOrder = z.output<typeof placedOrderSchema>;
type OpenOrder = Omit<z.output<typeof orderAnswerSchema>, "success">;

/** The same for everybody's local stack; nothing outside local mode has such a customer. */
const PASSWORD = "only a demo in local mode";
const problemSchema = z.object({ code: z.string() });

/** A customer of the exchange as any program would be one: over the HTTP API, with a session of its own. */
export class DemoCustomer {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Registers, or signs in who registered at an earlier start. @throws Failure as {@link DemoCustomer.call}. */
  static async enter(url: string, name: string): Promise<DemoCustomer> {
    const account = { email: `${name}@coinhubx.example`, password: PASSWORD, transport: "bearer" };
    // Signing in first: registrations are limited per address, and people on this machine want theirs.
    const login = await send(`${url}/api/auth/login`, { method: "POST", body: account });
    const reply =
      login.status === 401 ? await send(`${url}/api/auth/register`, { method: "POST", body: account }) : login;
    const { session_token: token } = signedInSchema.parse(accepted(reply));
    if (token === undefined) throw new Failure("DEMO_REFUSED", { retryable: false, details: { reason: "no token" } });
    return new DemoCustomer(url, token);
  }

  /** Coins of the house, once for each `key`; a day's limit that is reached is no error. */
  async takeFromFaucet(asset: string, amount: string, key: string): Promise<void> {
    const headers = { "idempotency-key": `demo-${asset}-${key}`.padEnd(16, "-") };
    const reply = await this.call("POST", "/api/faucet", { body: { asset, amount }, headers });
    if (reply.status !== 409) accepted(reply);
  }

  /** `undefined` when the exchange refuses the order for a reason of its own, such as missing funds. */
  async place(order: JsonObject): Promise<PlacedOrder | undefined> {
    const reply = await this.call("POST", "/api/orders", { body: order });
    return reply.status === 409 || reply.status === 422 ? undefined : placedOrderSchema.parse(accepted(reply));
  }

  /** False when it was no longer open. */
  async cancel(orderId: string): Promise<boolean> {
    const reply = await this.call("DELETE", `/api/orders/${orderId}`);
    if (reply.status !== 409) accepted(reply);
    return reply.status !== 409;
  }

  async cancelAll(market: string): Promise<void> {
    accepted(await this.call("DELETE", `/api/orders?market=${market}`));
  }

  /** Newest first. */
  async openOrders(market: string): Promise<readonly OpenOrder[]> {
    const reply = await this.call("GET", `/api/orders?market=${market}&status=open&limit=500`);
    return ordersSchema.parse(accepted(reply)).orders;
  }

  /** @throws Failure `HTTP_UNREACHABLE`, `HTTP_TIMEOUT` (retryable). */
  call(
    method: "GET" | "POST" | "DELETE",
    path: string,
    more: { readonly body?: JsonObject; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<HttpReply<unknown>> {
    return send(`${this.#url}${path}`, { method, ...more, token: this.#token });
  }
}

function send(url: string, options: Parameters<typeof fetchJson>[1]): Promise<HttpReply<unknown>> {
  return fetchJson(url, options);
}

/** The body of a good answer. @throws Failure `DEMO_REFUSED`, retryable unless the request itself was wrong. */
function accepted({ status, body }: HttpReply<unknown>): unknown {
  if (status < 300) return body;
  const problem = problemSchema.safeParse(body);
  const code = problem.success ? problem.data.code : "UNKNOWN";
  const retryable = status >= 500 || status === 429 || status === 401;
  throw new Failure("DEMO_REFUSED", { retryable, details: { status, code } });
}
