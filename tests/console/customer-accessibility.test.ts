import { after, before, describe, test } from "node:test";
import { placeOrder, registerCustomer, takeCoins } from "./customer-steps.ts";
import { browserMissing } from "./open-browser.ts";
import { checkPage } from "./page-checks.ts";
import { type Stage, startStage } from "./stage.ts";

/** Each page with its heading. */
const VISITOR_PAGES = [
  ["/trade/ETH-USDT", "ETH-USDT"],
  ["/sign-in", "Sign in"],
  ["/register", "Register"],
  ["/nowhere", "Nothing here"],
] as const;

const CUSTOMER_PAGES = [
  ["/trade/ETH-USDT", "ETH-USDT"],
  ["/balances", "Balances"],
  ["/security", "Security"],
] as const;

describe("every page before and after signing in is for everybody", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;

  before(async () => {
    stage = await startStage();
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("the console's sign-in page, whatever the address", async () => {
    const page = await stage.openConsole();
    await checkPage(page, "/audit", "Assay");
  });

  test("the customers' pages, empty and with an order and its journal", async () => {
    const page = await stage.openExchange();
    for (const [path, heading] of VISITOR_PAGES) await checkPage(page, path, heading);
    await registerCustomer(page, "carol@customers.test");
    await takeCoins(page, "Get 2 ETH");
    await placeOrder(page, { side: "Sell", price: "3000", quantity: "0.5" });
    for (const [path, heading] of CUSTOMER_PAGES) await checkPage(page, path, heading);
  });
});
