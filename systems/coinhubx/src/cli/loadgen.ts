import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { type FetchOptions, fetchJson } from "@assay/platform/http/http-client";
import { toHex } from "@assay/primitives/bytes";
import { SECOND_MS } from "@assay/primitives/instant";
import { signedInSchema } from "../api/schema/auth.ts";
import { callExchange } from "./call-exchange.ts";

const PASSWORD = "only load in local mode";
const LISTING_PRICE = 3_000;

interface Tally {
  readonly statuses: Map<number, number>;
  readonly latenciesMs: number[];
}

/** Limit orders around the listing price from several customers, a third of them canceled; a client of the HTTP API. */
export const loadgen = defineCommand({
  name: "coinhubx loadgen",
  summary: "trade under load, in local mode",
  details:
    "Registers customers, gives them coins of the faucet, and has each place and cancel orders one after the other.",
  examples: [["assay coinhubx loadgen --customers 20 --seconds 30", "20 customers for half a minute"]],
  options: {
    customers: { kind: "integer", value: "count", min: 1, max: 200, summary: "how many trade at once; default 10" },
    seconds: { kind: "integer", value: "count", min: 1, max: 3_600, summary: "for how long; default 10" },
  },
  async run(context, { options: { customers = 10, seconds = 10 } }) {
    const { clock, terminal } = context;
    const tokens = await Promise.all(Array.from({ length: customers }, (_, index) => enter(context, index)));
    const tally: Tally = { statuses: new Map(), latenciesMs: [] };
    const endMs = clock.monotonicMs() + seconds * SECOND_MS;
    const isOver = () => context.signal.aborted || clock.monotonicMs() >= endMs;
    await Promise.all(tokens.map((token) => tradeUntil(context, { token, tally, isOver })));
    const result = summarise(tally, seconds);
    if (terminal.isJson) terminal.printJson(result);
    else
      terminal.print(
        `${result.per_second} requests/s, p50 ${result.p50_ms} ms, p99 ${result.p99_ms} ms, by status ${JSON.stringify(result.by_status)}`,
      );
    return undefined;
  },
});

async function enter(context: CommandContext, index: number): Promise<string> {
  const body = { email: `load-${index}@coinhubx.example`, password: PASSWORD, transport: "bearer" };
  const url = await context.serviceUrl("coinhubx-backend");
  const known = await fetchJson(`${url}/api/auth/login`, { method: "POST", body });
  const path = "/api/auth/register";
  const account =
    known.status === 200
      ? signedInSchema.parse(known.body)
      : await callExchange(context, { path, schema: signedInSchema, request: { method: "POST", body } });
  const token = account.session_token!;
  for (const [asset, amount] of [
    ["ETH", "100"],
    ["USDT", "100000"],
  ] as const) {
    const headers = { "idempotency-key": toHex(context.random.bytes(16)) };
    // A day's limit that is reached leaves what was given before.
    await fetchJson(`${url}/api/faucet`, { method: "POST", token, headers, body: { asset, amount } });
  }
  return token;
}

interface Trader {
  readonly token: string;
  readonly tally: Tally;
  readonly isOver: () => boolean;
}

async function tradeUntil(context: CommandContext, { token, tally, isOver }: Trader): Promise<void> {
  const { random, clock } = context;
  const url = await context.serviceUrl("coinhubx-backend");
  const send = async (path: string, options: FetchOptions): Promise<unknown> => {
    const startedMs = clock.monotonicMs();
    const { status, body } = await fetchJson(`${url}${path}`, { token, timeoutMs: 10 * SECOND_MS, ...options });
    tally.latenciesMs.push(clock.monotonicMs() - startedMs);
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
    return status < 300 ? body : undefined;
  };
  while (!isOver()) {
    const price = (LISTING_PRICE + (random.integer(2_001) - 1_000) / 100).toFixed(2);
    const quantity = ((random.integer(100) + 50) / 10_000).toFixed(4);
    const side = random.integer(2) === 0 ? "buy" : "sell";
    const client_order_id = toHex(random.bytes(12));
    const body = { market: "ETH-USDT", side, type: "limit", price, quantity, client_order_id };
    const placed = (await send("/api/orders", { method: "POST", body })) as { order_id?: string } | undefined;
    if (placed?.order_id !== undefined && random.integer(3) === 0) {
      await send(`/api/orders/${placed.order_id}`, { method: "DELETE" });
    }
  }
}

function summarise({ statuses, latenciesMs }: Tally, seconds: number) {
  const sorted = [...latenciesMs].sort((left, right) => left - right);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return {
    requests: sorted.length,
    per_second: Math.round(sorted.length / seconds),
    p50_ms: at(0.5),
    p99_ms: at(0.99),
    by_status: Object.fromEntries([...statuses].sort(([left], [right]) => left - right)),
  };
}
