import { equal } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { balanceOf, journalRow, placeOrder, registerCustomer, takeCoins } from "./customer-steps.ts";
import { pressUntilFocused } from "./keyboard-steps.ts";
import { browserMissing } from "./open-browser.ts";
import { type Stage, startStage } from "./stage.ts";

// Two customers meet in a market that nobody else uses; each test goes on where the one before it stopped.
describe("trading on the customers' pages", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let seller: Page;
  let buyer: Page;

  before(async () => {
    stage = await startStage();
    [seller, buyer] = await Promise.all([stage.openExchange(), stage.openExchange()]);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("a visitor sees the market, and balances only after registering", async () => {
    await seller.goto("/");
    await seller.getByRole("heading", { name: "ETH-USDT" }).waitFor();
    await seller.getByText("The book is empty.").waitFor();
    await seller.getByRole("link", { name: "Balances" }).click();
    await seller.getByText("Sign in to see this page.").waitFor();
    await registerCustomer(seller, "sam@customers.test");
    await registerCustomer(buyer, "bea@customers.test");
    equal(await balanceOf(seller, "ETH", "Total"), "0");
  });

  test("the local faucet gives test coins, which the journal shows", async () => {
    await takeCoins(seller, "Get 2 ETH");
    await takeCoins(buyer, "Get 5,000 USDT");
    equal(await balanceOf(seller, "ETH", "Available"), "2");
    await journalRow(buyer, "+5,000 USDT").waitFor();
  });

  test("an order rests in the book for all to see and reserves what it needs", async () => {
    equal(
      await placeOrder(seller, { side: "Sell", price: "3000", quantity: "1.5" }),
      "Your order waits in the book: 0 of 1.5 ETH filled.",
    );
    await buyer.goto("/trade/ETH-USDT");
    await buyer.getByRole("button", { name: /^Sell orders at 3,000\.00 1\.5000 ETH / }).waitFor();
    await seller.getByRole("link", { name: "Balances" }).click();
    equal(await balanceOf(seller, "ETH", "Available"), "0.5");
    equal(await balanceOf(seller, "ETH", "In orders"), "1.5");
  });

  test("a matching order placed by keyboard alone fills at once and moves both balances", async () => {
    await pressUntilFocused(buyer, buyer.getByRole("button", { name: /^Sell orders at 3,000/ }));
    await buyer.keyboard.press("Enter");
    await buyer.getByLabel("Price (USDT)").focus();
    equal(await buyer.getByLabel("Price (USDT)").inputValue(), "3000");
    await pressUntilFocused(buyer, buyer.getByLabel("Quantity (ETH)"));
    await buyer.keyboard.type("1");
    await buyer.keyboard.press("Enter");
    await buyer.getByText("Your order is filled: 1 of 1 ETH filled.").waitFor();
    await buyer.getByRole("group", { name: "Last trades" }).getByText("3,000.00").waitFor();
    await buyer.getByRole("link", { name: "Balances" }).click();
    await buyer.getByRole("row", { name: /^ETH 1 0 0 1$/ }).waitFor();
    // The taker's fee of 0.1 % comes on top.
    equal(await balanceOf(buyer, "USDT", "Total"), "1,997");
    await journalRow(buyer, "+1 ETH").filter({ hasText: "trade" }).waitFor();
    await journalRow(buyer, "−3,003 USDT").filter({ hasText: "order reserve" }).waitFor();
    await seller.getByRole("row", { name: /^USDT 2,99\d/ }).waitFor();
  });

  test("an order that the balance does not cover is refused with its reason", async () => {
    await buyer.getByRole("link", { name: "Trade", exact: true }).click();
    await buyer.getByLabel("Price (USDT)").fill("3000");
    await buyer.getByLabel("Quantity (ETH)").fill("50");
    await buyer.getByRole("button", { name: "Buy ETH" }).click();
    await buyer.getByRole("alert").getByText("INSUFFICIENT_FUNDS").waitFor();
  });

  test("canceling the rest gives back what it held", async () => {
    await seller.getByRole("link", { name: "Trade", exact: true }).click();
    await seller.getByRole("button", { name: "Cancel the order to sell 1.5 at 3000" }).click();
    await seller.getByText("No open orders.").waitFor();
    await seller.getByText("The book is empty.").waitFor();
    await seller.getByRole("link", { name: "Balances" }).click();
    await seller.getByRole("row", { name: /^ETH 1 0 0 1$/ }).waitFor();
  });
});
