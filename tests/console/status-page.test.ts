import { equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { browserMissing } from "./open-browser.ts";
import { assertAccessible, assertFitsSmallScreen, checkPage } from "./page-checks.ts";
import { firstOperator, type Operator, post } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

/** The page asks again each ten seconds. */
const RENEWED_MS = 30_000;
const SECRET = "db-7 is on fire";

async function openStatus(stage: Stage, options: BrowserContextOptions = {}): Promise<Page> {
  const baseURL = stage.stack.urls["status-page"];
  const context = await stage.browser.newContext({ baseURL, viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(RENEWED_MS);
  return context.newPage();
}

describe("the public status page", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let ada: Operator;
  let visitor: Page;

  before(async () => {
    stage = await startStage();
    ada = await firstOperator(stage);
    visitor = await openStatus(stage);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("visitors see the parts of the exchange, also without JavaScript", async () => {
    await visitor.goto("/");
    await visitor.getByRole("region", { name: "CoinHubX" }).getByText("Trading").waitFor();
    const plain = await openStatus(stage, { javaScriptEnabled: false });
    await plain.goto("/");
    await plain.getByRole("heading", { name: "CoinHubX" }).waitFor();
    await plain.getByText("Deposits and withdrawals").waitFor();
    equal(await plain.getByText("Loading").count(), 0);
  });

  test("an operator states what a part is like until a time, and visitors see the state and nothing of why", async () => {
    const { page } = ada;
    await page.goto("/status-page");
    await stateMajorOutage(page);
    await visitor.getByText("An important part does not work").waitFor();
    ok(!(await visitor.content()).includes(SECRET));
    await checkPage(page, "/status-page", "Status page");
  });

  test("what is told is on the page, in the feed and on the exchange's own pages", async () => {
    const { id } = await post<{ id: string }>(ada.page, "/api/status-page/incidents", {
      title: "Orders wait",
      status: "investigating",
      text: "Orders take longer than usual.",
      components: ["coinhubx.trading"],
    });
    await visitor.getByRole("heading", { name: "Orders wait" }).waitFor();
    const feed = await (await visitor.request.get("/api/status/feed.atom")).text();
    match(feed, /Orders wait: investigating/);
    const customer = await stage.openExchange();
    await customer.goto("/");
    await customer.getByText("Orders take longer than usual.").waitFor();
    for (const path of ["/", "/history", `/incidents/${id}`]) {
      await visitor.goto(path);
      await visitor.getByText(/^Loading/).waitFor({ state: "detached" });
      await assertAccessible(visitor, path);
      await assertFitsSmallScreen(visitor, path);
    }
    await post(ada.page, `/api/status-page/incidents/${id}/updates`, {
      status: "resolved",
      text: "They are fast again.",
    });
    await visitor.goto(`/incidents/${id}`);
    await visitor.getByText("They are fast again.").waitFor();
  });

  test("nothing but the public part of the plane is behind it, and subscribing tells nothing", async () => {
    for (const path of ["/api/incidents", "/api/overview", "/ops/manifest", "/api/status-page"])
      equal((await visitor.request.get(path)).status(), 404, path);
    const bodies = [];
    for (const round of [1, 2]) {
      const data = { kind: "webhook", target: "http://127.0.0.1:9/hook" };
      const answer = await visitor.request.post("/api/status/subscriptions", { data });
      equal(answer.status(), 202, `round ${round}`);
      bodies.push(await answer.text());
    }
    equal(bodies[0], bodies[1]);
  });

  test("without the plane it stands, and says that it does not know", async () => {
    await stage.stack.control.kill(["operations"], { hold: true });
    await visitor.goto("/");
    await visitor.getByRole("heading", { name: "We do not know how things are" }).waitFor();
    const plain = await openStatus(stage, { javaScriptEnabled: false });
    await plain.goto("/");
    await plain.getByText(/This is old\. Last known/).waitFor();
    const customer = await stage.openExchange();
    await customer.goto("/");
    await customer.getByRole("heading", { level: 1 }).waitFor();
    equal(await customer.getByRole("alert").count(), 0, "the plane's absence is not the customers' trouble");
  });
});

async function stateMajorOutage(page: Page): Promise<void> {
  const trading = page.getByRole("article", { name: "Trading" });
  await trading.getByText("State it by hand").click();
  await trading.getByLabel("State", { exact: true }).selectOption("major outage");
  await trading.getByLabel("Why (for colleagues)").fill(SECRET);
  await trading.getByRole("button", { name: "State it" }).click();
  await trading.getByText(/Ada Byron set it/).waitFor();
  await trading.getByRole("timer").getByText(/left/).waitFor();
}
