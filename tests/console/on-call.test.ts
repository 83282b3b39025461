import { equal, match } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import type { Locator, Page } from "playwright-core";
import { browserMissing } from "./open-browser.ts";
import { checkPage, settle } from "./page-checks.ts";
import { colleague, firstOperator, type Operator } from "./people.ts";
import { type PlaneStage, startPlaneStage } from "./plane-stage.ts";

// One team's first day on call, in order: each test goes on where the one before it stopped.
describe("being on call in the console", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: PlaneStage;
  let ada: Operator;
  let grace: Operator;

  before(async () => {
    stage = await startPlaneStage();
    ada = await firstOperator(stage);
    grace = await colleague(stage, ada);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("with an empty schedule the page says in red that every page calls everyone", async () => {
    const { page } = ada;
    await openByKeys(page);
    await page.getByText("Nobody is on call: every page calls everyone").waitFor();
    await page.getByRole("article", { name: "Primary on-call" }).getByText("nobody: a gap").waitFor();
  });

  test("a rotation is filled in, and says who is on call, until when, and who is next", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Open Primary on-call" }).click();
    await fillRotation(page, ["Ada Byron", "Grace Hopper"]);
    const status = page.getByRole("status").filter({ hasText: "On call:" });
    await status.getByText("Ada Byron").waitFor();
    match(await status.innerText(), /On call:\s*Ada Byron\s+until .* \(.* left\), then Grace Hopper/);
    await page.getByRole("rowheader", { name: "Ada Byron" }).first().waitFor();
  });

  test("a colleague takes the shift for some hours, and somebody else sees it at once", async () => {
    const { page } = grace;
    await page.goto("/on-call/schedules/primary");
    await settle(page, "Primary on-call");
    await page.getByLabel("Why").fill("Ada is on a train");
    await page.getByRole("button", { name: "Take it" }).click();
    await page.getByRole("article", { name: "Override: Grace Hopper" }).waitFor();
    await ada.page.getByRole("status").getByText("Grace Hopper").first().waitFor();
    await ada.page.getByRole("button", { name: "End Grace Hopper’s override" }).click();
    await page.getByRole("status").filter({ hasText: "On call: Ada Byron" }).waitFor();
    await takeLastShift(page, "it is mine anyway");
    await page.getByRole("article", { name: "Override: Grace Hopper" }).getByText("it is mine anyway").waitFor();
  });

  test("a policy's steps are changed, and what is written shows on the page", async () => {
    const { page } = ada;
    await page.goto("/on-call/policies/default");
    await settle(page, "Default");
    await page.getByLabel("Tell again after minutes (0: never)").fill("7");
    await page.getByRole("button", { name: "Save the policy" }).click();
    await page.getByText("Saved").waitFor();
    await page.goto("/on-call");
    await page.getByRole("article", { name: "Default" }).getByText("Told again after 7 min").waitFor();
  });

  test("a person says how pages reach them, and hears a test page", async () => {
    await using phone = await startHttpReceiver();
    const card = await addWebhook(ada.page, phone.url);
    await card.getByRole("button", { name: "Send myself a test page" }).click();
    await phone.waitForRequest(({ json }) => JSON.stringify(json).includes("page.test"), 15_000);
    await card.getByText("It is on its way").waitFor();
  });

  test("a page is answered from its own link for as long as the person says, and then it counts down", async () => {
    stage.kiosk.line = 60;
    await answerFor(ada.page, "1 hour");
    await ada.page.getByText(/Ada Byron is on it \((60|59) min left, then it calls again\)/).waitFor();
  });

  test("a job is expected to be heard, and its pause has an end", async () => {
    const card = await expectJob(ada.page, "nightly-export");
    await card.getByText("waiting").waitFor();
    await card.getByRole("button", { name: "Pause nightly-export for 1 h" }).click();
    await card.getByText(/paused for an hour in the console \((60|59) min left\)/).waitFor();
    equal(await card.getByText("paused", { exact: true }).count(), 1);
  });

  test("the pages are for everybody", async () => {
    const { page } = ada;
    await checkPage(page, "/on-call", "On-call");
    await page
      .getByRole("article", { name: /QUEUE_LONG is firing/ })
      .getByRole("link", { name: "Look" })
      .click();
    await page.waitForURL(/\/on-call\/pages\//);
    await checkPage(page, new URL(page.url()).pathname, /QUEUE_LONG is firing/);
    await checkPage(page, "/on-call/schedules/primary", "Primary on-call");
  });
});

async function openByKeys(page: Page): Promise<void> {
  await page.goto("/");
  await settle(page, "Overview");
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await settle(page, "On-call");
}

async function fillRotation(page: Page, people: readonly string[]): Promise<void> {
  await page.getByRole("button", { name: "Add a rotation" }).click();
  await page.getByRole("combobox", { name: "People, in the order of their turns" }).click();
  for (const name of people) await page.getByRole("option", { name }).click();
  await page.keyboard.press("Escape");
  await page.getByLabel("Hand-over at").fill("00:00");
  await page.getByRole("button", { name: "Save the schedule" }).click();
}

async function takeLastShift(page: Page, why: string): Promise<void> {
  await page
    .getByRole("button", { name: /^Take the shift from/ })
    .last()
    .click();
  await page.getByText("From now instead").waitFor();
  await page.getByLabel("Why").fill(why);
  await page.getByRole("button", { name: "Take it" }).click();
}

async function addWebhook(page: Page, url: string): Promise<Locator> {
  await page.goto("/me");
  const card = page.getByRole("region", { name: "How pages reach you" });
  await card.getByRole("combobox", { name: "By" }).click();
  await page.getByRole("option", { name: "webhook" }).click();
  await card.getByLabel("Address").fill(url);
  await card.getByRole("button", { name: "Add" }).click();
  await card.getByText(`webhook: ${url}`).waitFor();
  return card;
}

async function answerFor(page: Page, duration: string): Promise<void> {
  await page.goto("/on-call");
  const called = page.getByRole("article", { name: /QUEUE_LONG is firing/ });
  await called.getByText("Told: Ada Byron. No answer.").waitFor({ timeout: 30_000 });
  await called.getByRole("link", { name: "Answer" }).click();
  await page.getByRole("combobox", { name: "Quiet for" }).click();
  await page.getByRole("option", { name: duration }).click();
  await page.getByRole("button", { name: "Acknowledge: I am on it" }).click();
}

async function expectJob(page: Page, job: string): Promise<Locator> {
  await page.goto("/on-call");
  const form = page.getByRole("form", { name: "Expect a job" });
  await form.getByLabel("Job").fill(job);
  await form.getByLabel("System").fill("kiosk");
  await form.getByRole("button", { name: "Expect it" }).click();
  return page.getByRole("article", { name: job });
}
