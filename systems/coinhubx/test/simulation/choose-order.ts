import type { Random } from "@assay/platform/random/random";
import { ETH_USDT } from "../../src/markets/markets.ts";
import { type OrderOptions, PLAIN_LIMIT, type SelfTradePrevention, type Side } from "../../src/matching/order.ts";
import type { NewOrder } from "../../src/orders/order.ts";

const MODES: readonly SelfTradePrevention[] = ["none", "expire_taker", "expire_maker", "expire_both", "decrement"];

/** An order of any type, some of them so wide of the market that they must be refused; half are plain limits. */
export function chooseOrder(random: Random, key: string): NewOrder {
  const side: Side = random.integer(2) === 0 ? "buy" : "sell";
  const price = () => 290_000 + random.integer(200) * 100;
  const limit = price() + (random.integer(20) === 0 ? 200_000 : 0);
  const lots = 100 * (1 + random.integer(60));
  const order = { market: ETH_USDT.code, side, clientKey: { kind: "client", value: key } } as const;
  const stp = MODES[random.integer(MODES.length)]!;
  const all: OrderOptions = { ...PLAIN_LIMIT, stp };
  switch (random.integer(12)) {
    case 0:
      return { ...order, priceTicks: limit, quantityLots: lots, options: { ...all, timeInForce: "ioc" } };
    case 1:
      return { ...order, priceTicks: limit, quantityLots: lots, options: { ...all, timeInForce: "fok" } };
    case 2:
      return { ...order, priceTicks: limit, quantityLots: lots, options: { ...all, postOnly: true } };
    case 3: {
      const budget = side === "buy" && random.integer(2) === 0 ? BigInt(1 + random.integer(3_000)) * 1_000_000n : 0n;
      const options: OrderOptions = { ...all, orderType: "market", timeInForce: "ioc", budget };
      return { ...order, priceTicks: 0, quantityLots: budget > 0n ? 0 : lots, options };
    }
    case 4: {
      const options: OrderOptions = { ...all, orderType: "stop", timeInForce: "ioc", stopPriceTicks: price() };
      return { ...order, priceTicks: 0, quantityLots: lots, options };
    }
    case 5: {
      const stopPriceTicks = price();
      const options: OrderOptions = { ...all, orderType: "stop_limit", stopPriceTicks };
      return { ...order, priceTicks: stopPriceTicks + 500 - random.integer(10) * 100, quantityLots: lots, options };
    }
    default:
      return { ...order, priceTicks: limit, quantityLots: lots };
  }
}
