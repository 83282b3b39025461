import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { startLocalStack } from "@assay/cli/local-stack";
import { fetchJson } from "@assay/platform/http/http-client";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { ExchangeCustomer, type PlacedOrder } from "../exchange-customer.ts";

const ORDERS_BEFORE = 40;
const ORDERS_AFTER = 20;
const RETURN_LIMIT_MS = 45_000;

test("PostgreSQL killed under load loses nothing acknowledged, and the service returns by itself", async () => {
  await using folder = await temporaryFolder();
  await using stack = await startLocalStack({
    stateDirectory: folder.path,
    portOffset: "free",
    select: ({ name }) => name !== "coinhubx-demo" && name !== "operations" && name !== "operations-postgres",
    ...(process.env.PATH === undefined ? {} : { path: process.env.PATH }),
  });
  const url = stack.urls["coinhubx-backend"];
  const buyer = await ExchangeCustomer.register(url, { USDT: "5000" });
  const seller = await ExchangeCustomer.register(url, { ETH: "2" });
  const acknowledged: PlacedOrder[] = [];
  let killed = false;
  const trade = async (customer: ExchangeCustomer, side: "buy" | "sell", count: number) => {
    for (let placed = 0; placed < count; placed += 1) {
      const order = await customer.tryToPlace(side, "3000", "0.01");
      if (order !== undefined) acknowledged.push(order);
      if (acknowledged.length >= ORDERS_BEFORE && !killed) {
        killed = true;
        stack.control.kill(["coinhubx-postgres"], { hold: false });
      }
    }
  };
  await Promise.all([trade(buyer, "buy", ORDERS_BEFORE), trade(seller, "sell", ORDERS_BEFORE)]);
  ok(killed, "the database was killed in the middle of it");

  await untilReady(url);
  for (const order of acknowledged) {
    const owner = (await buyer.order(order.order_id).catch(() => undefined)) ?? (await seller.order(order.order_id));
    equal(owner.order_id, order.order_id, "an acknowledged order is there");
    ok(Number(owner.filled) >= Number(order.filled), "an acknowledged fill is there");
  }
  const before = acknowledged.length;
  await Promise.all([trade(buyer, "buy", ORDERS_AFTER), trade(seller, "sell", ORDERS_AFTER)]);
  equal(acknowledged.length, before + 2 * ORDERS_AFTER, "every order is taken again");
  deepEqual(await sumsOf("ETH", [buyer, seller]), 2, "no coin was lost or made");
});

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + RETURN_LIMIT_MS;
  for (;;) {
    const reply = await fetchJson(`${url}/api/ready`).catch(() => undefined);
    const ready = reply?.body as { status?: string } | undefined;
    if (reply?.status === 200 && ready?.status === "healthy") return;
    ok(performance.now() < deadline, "the exchange is ready again");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function sumsOf(asset: string, customers: readonly ExchangeCustomer[]): Promise<number> {
  const totals = await Promise.all(customers.map((customer) => customer.total(asset)));
  return totals.reduce((sum, total) => sum + Number(total), 0);
}
