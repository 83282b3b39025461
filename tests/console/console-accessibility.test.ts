import { after, before, describe, test } from "node:test";
import { performAction } from "./danger-steps.ts";
import { browserMissing } from "./open-browser.ts";
import { assertAccessible, checkPage, settle } from "./page-checks.ts";
import { colleague, firstOperator, type Operator, post } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

/** Each page with its heading. */
const CONSOLE_PAGES = [
  ["/", "Overview"],
  ["/incidents", "Incidents"],
  ["/alerts", "Alerts"],
  ["/on-call", "On-call"],
  ["/on-call/schedules/primary", "Primary on-call"],
  ["/on-call/policies/default", "Default"],
  ["/quiet", "Quiet"],
  ["/channels", "Channels"],
  ["/runbooks", "Runbooks"],
  ["/runbooks/reconciliation-mismatch", "The books of CoinHubX do not agree"],
  ["/danger-zone", "Danger Zone"],
  ["/approvals", "Approvals"],
  ["/systems", "Systems"],
  ["/systems/coinhubx", "CoinHubX"],
  ["/checklists", "Checklists"],
  ["/reports", "Reports"],
  ["/backups", "Backups"],
  ["/status-page", "Status page"],
  ["/audit", "Audit"],
  ["/people", "People"],
  ["/me", "Ada Byron"],
  ["/nowhere", "Nothing here"],
] as const;

describe("every page of the console is for everybody", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let ada: Operator;
  let grace: Operator;

  before(async () => {
    stage = await startStage();
    ada = await firstOperator(stage);
    grace = await colleague(stage, ada);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("the console's pages, with a request that waits for approval", async () => {
    await performAction(ada, "Enable deposits", "to have something on the pages");
    for (const [path, heading] of CONSOLE_PAGES) await checkPage(ada.page, path, heading);
  });

  test("what a request and a run look like to those who must act", async () => {
    const { page } = grace;
    await page.goto("/");
    await page.getByRole("link", { name: "Look at it" }).click();
    await page.getByRole("button", { name: "Approve" }).waitFor();
    await checkPage(page, new URL(page.url()).pathname, "Approval");
    const run = await post<{ id: string }>(page, "/api/runbooks/health-checks/runs", {
      params: {},
      environment: "local",
    });
    await checkPage(page, `/runs/${run.id}`, "See whether CoinHubX is healthy");
  });

  test("dialogs, the palette and the menu of keys", async () => {
    const { page } = grace;
    await page.goto("/danger-zone");
    await page.getByRole("article", { name: "Disable trading" }).getByRole("button").click();
    await page.getByRole("dialog", { name: "Disable trading" }).waitFor();
    await assertAccessible(page, "the dialog of an action");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await assertAccessible(page, "the keys");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByLabel("Go to").fill("people");
    await page.keyboard.press("Enter");
    await settle(page, "People");
  });
});
