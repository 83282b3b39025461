import { mkdirSync } from "node:fs";
import { systemClock } from "@assay/platform/clock/clock";
import { SECOND_MS } from "@assay/primitives/instant";
import type { Page } from "playwright-core";
import { placeOrder, registerCustomer, takeCoins } from "./customer-steps.ts";
import { performAction, shownCode } from "./danger-steps.ts";
import { colleague, firstOperator, type Operator, post } from "./people.ts";
import { startStage } from "./stage.ts";

// Makes the pictures of the README anew: `node tests/console/screenshots.ts`, some three minutes.

const FOLDER = new URL("../../docs/images/", import.meta.url).pathname;
const HISTORY_MS = 75 * SECOND_MS;

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${FOLDER}${name}.png`, type: "png" });
  process.stdout.write(`${name}.png\n`);
}

mkdirSync(FOLDER, { recursive: true });
await using stage = await startStage({
  moving: true,
  environment: { ASSAY_FAULTS: "enabled", COINHUBX_RECONCILIATION_INTERVAL_S: "15" },
});
const ada = await firstOperator(stage);
const grace = await colleague(stage, ada);

const customer = await stage.openExchange();
await registerCustomer(customer, "carol@customers.test");
await takeCoins(customer, "Get 5,000 USDT");
await takeCoins(customer, "Get 2 ETH");
await placeOrder(customer, { side: "Buy", price: "3020", quantity: "0.8" });
await placeOrder(customer, { side: "Sell", price: "3150", quantity: "0.5" });
await systemClock.sleep(HISTORY_MS);
await take(customer, "trade");

await ada.page.goto("/systems/coinhubx");
await ada.page.getByRole("heading", { name: "Slowest hundredth of requests" }).waitFor();
await systemClock.sleep(2 * SECOND_MS);
await take(ada.page, "system");

await performAction(ada, "Enable sign-ups", "the registration form is mended");
await grace.page.goto("/approvals");
await shownCode(grace.page);
await take(grace.page, "approval");

await ada.page.goto("/on-call");
await ada.page.getByRole("heading", { level: 1, name: "On-call" }).waitFor();
await systemClock.sleep(SECOND_MS);
await take(ada.page, "on-call");

await breakTheBooks(ada);
await ada.page.goto("/");
await ada.page.getByRole("article", { name: /RECONCILIATION_MISMATCH/ }).waitFor({ timeout: 60 * SECOND_MS });
await ada.page.getByRole("button", { name: "Acknowledge" }).first().click();
await ada.page
  .getByText(/Ada Byron is on it/)
  .first()
  .waitFor();
await take(ada.page, "overview");

await ada.page
  .getByRole("article", { name: /RECONCILIATION_MISMATCH/ })
  .getByRole("link", { name: "Open the runbook" })
  .click();
await ada.page.getByLabel(/^Type where it runs/).fill("local");
await ada.page.getByRole("button", { name: "Run for the incident" }).click();
await ada.page
  .getByRole("status")
  .getByText(/waiting/)
  .waitFor({ timeout: 60 * SECOND_MS });
await take(ada.page, "run");

/** Changes a balance around the ledger, as no program should; the next reconciliation finds it. */
async function breakTheBooks({ page }: Operator): Promise<void> {
  const { token } = await post<{ token: string }>(page, "/api/tokens", { audience: "coinhubx" });
  const answer = await page.request.post(`${stage.stack.urls["coinhubx-backend"]}/ops/faults/ledger.tamper`, {
    data: {},
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok()) throw new Error(`The fault was refused: ${await answer.text()}`);
}
