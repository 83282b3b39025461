import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import { type Random, seededRandom } from "@assay/platform/random/random";
import { type Failure, isRetryable } from "@assay/primitives/failure";
import { formatInstant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { ETH_USDT, formatPrice, formatQuantity, type Market } from "../markets/markets.ts";
import { DemoCustomer } from "./demo-customer.ts";
import { type DemoOrder, type DemoOrderPlan, planStep } from "./demo-plan.ts";

export interface DemoOptions {
  /** The exchange's base address. */
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends the demo. */
  readonly signal: AbortSignal;
  /** The same seed gives the same wishes; what comes of them depends on who else trades. */
  readonly seed?: number;
  readonly stepMs?: number;
}

const MARKET: Market = ETH_USDT;
const STEP_MS = 500;
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Keeps the market of a local stack moving until `signal` aborts: a maker and a taker, a few orders a second, at most
 * some sixty of them open. Whatever goes wrong, the exchange being stopped or trading being off, it waits and tries again.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { clock, logger, signal } = options;
  const random = seededRandom(options.seed ?? 1);
  let pauseMs = SHORTEST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      const traders = await enter(options);
      logger.info({ market: MARKET.code }, "The demo traders are at work");
      const onStep = () => {
        pauseMs = SHORTEST_PAUSE_MS;
      };
      await trade(traders, options, { random, onStep });
    } catch (error) {
      if (signal.aborted) return;
      if (!isRetryable(error)) throw error;
      const { code, details } = error as Failure;
      logger.info({ code, ...details, pause_ms: pauseMs }, "The demo traders wait");
    }
    await clock.sleep(pauseMs, { signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

interface Traders {
  readonly maker: DemoCustomer;
  readonly taker: DemoCustomer;
}

async function enter({ url, clock }: DemoOptions): Promise<Traders> {
  const maker = await DemoCustomer.enter(url, "demo-maker");
  const taker = await DemoCustomer.enter(url, "demo-taker");
  const today = formatInstant(clock.now()).slice(0, 10);
  for (const trader of [maker, taker]) {
    await trader.takeFromFaucet("ETH", "500", today);
    await trader.takeFromFaucet("USDT", "1000000", today);
  }
  return { maker, taker };
}

interface Trading {
  readonly random: Random;
  readonly onStep: () => void;
}

async function trade({ maker, taker }: Traders, options: DemoOptions, { random, onStep }: Trading): Promise<void> {
  const { clock, signal, stepMs = STEP_MS } = options;
  await taker.cancelAll(MARKET.code);
  await maker.cancelAll(MARKET.code);
  let orders: readonly DemoOrder[] = [];
  let middleTicks = MARKET.listingPriceTicks;
  // Never an id of an earlier start, which would get that start's answer.
  const clientOrderIds = countFrom(`demo-${clock.now()}`);
  for (let number = 0; !signal.aborted; number += 1) {
    // Others trade with the maker, so what is still open is asked for now and then.
    if (number % 20 === 19) orders = await stillOpen(maker, orders);
    const step = planStep(MARKET, { middleTicks, orders }, random);
    middleTicks = step.middleTicks;
    for (const orderId of step.cancel) await maker.cancel(orderId);
    orders = orders.filter(({ orderId }) => !step.cancel.includes(orderId));
    const made = await maker.place(bodyOf(step.make, clientOrderIds()));
    if (made !== undefined && isOpen(made.status)) orders = [...orders, { ...step.make, orderId: made.order_id }];
    if (step.take !== undefined) await take(taker, bodyOf(step.take, clientOrderIds()));
    onStep();
    await clock.sleep(stepMs, { signal });
  }
}

function countFrom(prefix: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count}`;
  };
}

async function take(taker: DemoCustomer, order: JsonObject): Promise<void> {
  const taken = await taker.place(order);
  if (taken !== undefined && isOpen(taken.status)) await taker.cancel(taken.order_id);
}

async function stillOpen(maker: DemoCustomer, orders: readonly DemoOrder[]): Promise<readonly DemoOrder[]> {
  const open = new Set((await maker.openOrders(MARKET.code)).map((order) => order.order_id));
  return orders.filter(({ orderId }) => open.has(orderId));
}

function isOpen(status: string): boolean {
  return status === "new" || status === "partially_filled";
}

function bodyOf({ side, priceTicks, quantityLots }: DemoOrderPlan, id: string) {
  const price = formatPrice(MARKET, priceTicks);
  return { market: MARKET.code, side, price, quantity: formatQuantity(MARKET, quantityLots), client_order_id: id };
}
