import { equal } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { placeOrder, registerCustomer, sendOrder, takeCoins } from "./customer-steps.ts";
import { performAction, shownCode } from "./danger-steps.ts";
import { browserMissing } from "./open-browser.ts";
import { checkPage } from "./page-checks.ts";
import { colleague, firstOperator, type Operator } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

const ORDER = { side: "Sell", price: "3000", quantity: "0.5" } as const;

// One stop of trading from its beginning to its end, in order.
describe("the kill switch of trading", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let ada: Operator;
  let grace: Operator;
  let customer: Page;
  let code: string;

  before(async () => {
    stage = await startStage();
    customer = await stage.openExchange();
    ada = await firstOperator(stage);
    grace = await colleague(stage, ada);
    await registerCustomer(customer, "carol@customers.test");
    await takeCoins(customer, "Get 2 ETH");
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("one person stops trading, and customers are told before and when they try", async () => {
    const dialog = await performAction(ada, "Disable trading", "prices look wrong");
    await dialog.getByRole("status").getByText("Done", { exact: true }).waitFor();
    await customer.goto("/trade/ETH-USDT");
    await customer.getByRole("status").getByText("Trading is paused").waitFor();
    await sendOrder(customer, ORDER);
    await customer.getByRole("alert").getByText("TRADING_DISABLED").waitFor();
    await customer.getByText("No open orders.").waitFor();
  });

  test("the stop is an alert with an incident, which somebody takes on", async () => {
    const { page } = grace;
    await page.goto("/systems/coinhubx");
    const alert = page.getByRole("article", { name: "high: KILL_SWITCH_ENGAGED" });
    // A scrape and an evaluation lie between the stop and its alert.
    await alert.getByRole("button", { name: "Acknowledge" }).click({ timeout: 60_000 });
    await alert.getByText(/^Grace Hopper is on it/).waitFor();
    await alert.getByRole("link", { name: "Incident" }).click();
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    await page.getByText("acknowledged", { exact: true }).waitFor();
    await checkPage(page, new URL(page.url()).pathname, /KILL_SWITCH_ENGAGED/);
    await checkPage(page, "/alerts", "Alerts");
  });

  test("one person alone cannot start it again, and cannot approve the own request", async () => {
    const dialog = await performAction(ada, "Enable trading", "prices are right again");
    await dialog.getByRole("link", { name: "See the request" }).click();
    await ada.page.getByText("You have signed. Now it is up to somebody else.").waitFor();
    equal(await ada.page.getByRole("button", { name: "Approve" }).count(), 0);
    code = await shownCode(ada.page);
    await ada.page.getByText("pending", { exact: true }).waitFor();
    await sendOrder(customer, ORDER);
    await customer.getByRole("alert").getByText("TRADING_DISABLED").waitFor();
  });

  test("the other person is asked on every page, sees the same code, and approves", async () => {
    const { page, phone } = grace;
    await page.goto("/");
    await page.getByRole("link", { name: "Look at it" }).click();
    equal(await shownCode(page), code);
    await page.getByText("prices are right again").first().waitFor();
    await page.getByLabel("Type coinhubx").fill("coinhubx");
    await page.getByLabel("Six-digit code").fill(await phone.nextCode());
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("executed", { exact: true }).waitFor();
    await ada.page.getByText("executed", { exact: true }).waitFor();
  });

  test("then customers trade again, and the log holds who did what", async () => {
    await customer.getByText("Trading is paused").waitFor({ state: "detached" });
    equal(await placeOrder(customer, ORDER), "Your order waits in the book: 0 of 0.5 ETH filled.");
    await ada.page.goto("/audit");
    await ada.page.getByLabel("Find").fill("coinhubx.trading");
    const entries = ada.page.getByRole("group", { name: "Entries" });
    await entries
      .getByRole("row")
      .filter({ hasText: "coinhubx.trading.enable" })
      .filter({ hasText: "Grace Hopper" })
      .first()
      .waitFor();
    await entries
      .getByRole("row")
      .filter({ hasText: "coinhubx.trading.disable" })
      .filter({ hasText: "Ada Byron" })
      .first()
      .waitFor();
  });
});
