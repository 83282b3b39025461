import type { Locator, Page } from "playwright-core";

const PASSWORD = "a long enough password";

/** Registers through the page, which then shows the new customer's balances. */
export async function registerCustomer(page: Page, email: string): Promise<void> {
  await page.goto("/register");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByRole("heading", { name: "Balances" }).waitFor();
}

/** Presses one of the faucet's buttons and waits until the journal has taken it in. */
export async function takeCoins(page: Page, button: string): Promise<void> {
  await page.getByRole("link", { name: "Balances" }).click();
  await page.getByRole("button", { name: button }).click();
  await journalRow(page, `+${button.replace("Get ", "")}`).waitFor();
}

/** What the balances page shows of an asset in one of its columns. */
export async function balanceOf(page: Page, asset: string, column: string): Promise<string> {
  const table = page.getByRole("group", { name: "Balances by asset" });
  await table.getByRole("row", { name: new RegExp(`^${asset} `) }).waitFor();
  const columns = await table.getByRole("columnheader").allInnerTexts();
  const row = table.getByRole("row", { name: new RegExp(`^${asset} `) });
  return (await row.getByRole("cell").nth(columns.indexOf(column) - 1)).innerText();
}

/** The journal's newest row with that amount. */
export function journalRow(page: Page, amount: string): Locator {
  return page.getByRole("group", { name: "Journal" }).getByRole("row").filter({ hasText: amount }).first();
}

export interface Ticket {
  readonly side: "Buy" | "Sell";
  readonly price: string;
  readonly quantity: string;
}

/** Fills in the ticket, sends it, and returns what the page says came of it. */
export async function placeOrder(page: Page, ticket: Ticket): Promise<string> {
  await sendOrder(page, ticket);
  const outcome = page.getByText(/^Your order .* filled\.$/);
  await outcome.waitFor();
  return outcome.innerText();
}

/** Fills in the ticket and sends it. */
export async function sendOrder(page: Page, { side, price, quantity }: Ticket): Promise<void> {
  await page.getByRole("link", { name: "Trade", exact: true }).click();
  await page.getByRole("radiogroup", { name: "Side" }).getByText(side, { exact: true }).click();
  await page.getByLabel("Price (USDT)").fill(price);
  await page.getByLabel("Quantity (ETH)").fill(quantity);
  await page.getByRole("button", { name: `${side} ETH` }).click();
}
