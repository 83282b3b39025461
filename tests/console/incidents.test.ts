import { equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { verifyIncident } from "@assay/operations/incidents/verify-incident";
import type { Page } from "playwright-core";
import { browserMissing } from "./open-browser.ts";
import { assertAccessible, checkPage, settle } from "./page-checks.ts";
import { colleague, firstOperator, type Operator } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

const TITLE = "Customers cannot pay";

describe("people work on an incident in the browser", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let ada: Operator;
  let grace: Operator;
  let path: string;

  before(async () => {
    stage = await startStage();
    ada = await firstOperator(stage);
    grace = await colleague(stage, ada);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("one is declared, staffed, made worse and told to users, and each of it is on the timeline", async () => {
    const { page } = ada;
    await page.goto("/incidents");
    await page.getByRole("button", { name: "Declare an incident" }).click();
    const dialog = page.getByRole("dialog", { name: "Declare an incident" });
    await dialog.getByLabel("What is wrong?").fill(TITLE);
    await dialog.getByRole("radio", { name: /^P2 · Medium · Level 3/ }).waitFor();
    await assertAccessible(page, "the dialog that declares");
    await dialog.getByRole("button", { name: "Declare", exact: true }).click();
    await settle(page, TITLE);
    path = new URL(page.url()).pathname;
    await page.getByLabel("Person").selectOption({ label: "Grace Hopper" });
    await page.getByRole("button", { name: "Give the role" }).click();
    await page.getByText("Grace Hopper leads").waitFor();
    await raiseSeverity(page);
    await page.getByText("P0 · Critical · Level 1").waitFor();
    await tellUsers(page);
    await page.getByText(/Ada Byron told users \(investigating\)/).waitFor();
    await page.getByText(/Ada Byron raised it from P2 to P0/).waitFor();
    await page.getByText("Ada Byron made Grace Hopper the commander").waitFor();
    await page.getByLabel("Show").selectOption("roles");
    await page.getByText(/Ada Byron raised it from P2 to P0/).waitFor({ state: "detached" });
  });

  test("what it taught has an owner and a date", async () => {
    const { page } = ada;
    await page.goto(path);
    await page.getByLabel("What must be done").fill("Alert on failing payments");
    await page.getByLabel("Due, end of day (UTC)").fill("2099-01-31");
    await page.getByRole("button", { name: "Add the action item" }).click();
    await page.getByRole("button", { name: "Done: Alert on failing payments" }).waitFor();
    await checkPage(page, path, TITLE);
  });

  test("it is closed only after a report that somebody else published", async () => {
    const { page } = ada;
    await move(page, { button: "Acknowledge: I am on it", state: "acknowledged" });
    await move(page, { button: "Resolved: the cause is gone", state: "resolved", note: "the bank is back" });
    await page.getByLabel("Note", { exact: true }).fill("over");
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByText(/is closed with a published post-mortem, or with a reason/).waitFor();
    await writeReport(page);
    await checkPage(page, `${path}/post-mortem`, "Post-mortem");
    await grace.page.goto(`${path}/post-mortem`);
    // Asking for review is no writing: the text is Ada's, so Grace may publish it.
    await grace.page.getByRole("button", { name: "Publish" }).click();
    await grace.page.getByText(/version 3 by Grace Hopper/).waitFor();
    await page.goto(path);
    await move(page, { button: "Close", state: "closed", note: "post-mortem is published" });
  });

  test("its export verifies without the plane, and not with one letter changed", async () => {
    const { page } = ada;
    const text = await (await page.request.get(`/api${path}/export`)).text();
    const verified = await verifyIncident(text);
    ok(verified.ok && verified.value.timelineEntries > 8, JSON.stringify(verified));
    equal((await verifyIncident(text.replace(TITLE, `${TITLE}!`))).ok, false);
    await page.goto("/incidents");
    await settle(page, "Incidents");
    await page.getByText("Mean time to acknowledge").waitFor();
    await page.getByLabel("State", { exact: true }).selectOption("over");
    await page.getByRole("link", { name: TITLE }).waitFor();
    await checkPage(page, "/incidents", "Incidents");
  });
});

async function raiseSeverity(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Change the severity" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the severity" });
  await dialog.getByRole("radio", { name: /^P0 · Critical · Level 1/ }).check();
  await dialog.getByLabel("Why?").fill("all payments fail");
  await dialog.getByRole("button", { name: "Change the severity" }).click();
}

async function writeReport(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Write it from the timeline" }).click();
  await settle(page, "Post-mortem");
  match(await page.getByLabel("Actions taken").inputValue(), /Grace Hopper the commander/);
  for (const label of ["Root cause", "Lessons learned", "Prevention"]) await page.getByLabel(label).fill(`${label} …`);
  await page.getByRole("button", { name: "Save a version" }).click();
  await page.getByRole("button", { name: "Ask for review" }).click();
  await page.getByRole("button", { name: "Publish" }).waitFor();
}

async function tellUsers(page: Page): Promise<void> {
  await page.getByText("Tell users about it").click();
  await page.getByLabel("Title for users").fill("Payments fail");
  await page.getByRole("checkbox", { name: "Trading" }).check();
  await page.getByLabel("Text for users").fill("Paying fails for some of you.");
  await page.getByRole("button", { name: "Tell users" }).click();
}

interface Move {
  readonly button: string;
  readonly state: string;
  readonly note?: string;
}

async function move(page: Page, { button, state, note = "" }: Move): Promise<void> {
  if (note !== "") await page.getByLabel("Note", { exact: true }).fill(note);
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("status").getByText(state, { exact: true }).waitFor();
}
