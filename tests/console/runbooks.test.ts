import { deepEqual, equal, match } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { browserMissing } from "./open-browser.ts";
import { assertFitsSmallScreen, checkPage, settle } from "./page-checks.ts";
import { firstOperator, type Operator, post } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

const MISMATCH = "The books of CoinHubX do not agree";

describe("runbooks in the console", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let ada: Operator;

  before(async () => {
    stage = await startStage();
    ada = await firstOperator(stage);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("the list is found by system, severity and alert, and the address keeps what was asked", async () => {
    const { page } = ada;
    await page.goto("/runbooks");
    await page.getByRole("link", { name: MISMATCH }).first().waitFor({ timeout: 40_000 });
    await page
      .getByRole("region", { name: "Drills" })
      .getByText(/^0 of \d+ alerts are proven/)
      .waitFor();
    await page.getByLabel("Severity").selectOption("P0");
    await page.getByLabel("Alert or title").fill("RECONCILIATION_MISMATCH");
    await page.getByText(/^1 of \d+ runbooks$/).waitFor();
    await page.waitForURL(/severity=P0/);
    await page.reload();
    await page.getByText(/^1 of \d+ runbooks$/).waitFor();
    await checkPage(page, "/runbooks?severity=P0", "Runbooks");
  });

  test("a runbook shows its caution in parts, and every command as it would run with what was typed", async () => {
    const { page } = ada;
    await page.goto("/runbooks/reconciliation-mismatch");
    await settle(page, MISMATCH);
    const rebuild = page.getByRole("region", { name: "6. Make the balance what the journal says" });
    await rebuild.getByText("Caution: two people").waitFor();
    equal(await rebuild.getByText("[!CAUTION]").count(), 0);
    match(
      (await rebuild.getByRole("code").or(rebuild.locator("pre")).first().textContent()) ?? "",
      /assay action coinhubx\.ledger\.rebuild_balance --param account_id=.* --reason /,
    );
    await assertFitsSmallScreen(page, "/runbooks/reconciliation-mismatch");
  });

  test("a page that is not live says so and still fits a small screen", async () => {
    const { page } = ada;
    await withoutEvents(page, async () => {
      await page.goto("/runbooks/reconciliation-mismatch");
      await page.getByText(/^not live for \d+ s$/).waitFor();
      await assertFitsSmallScreen(page, "a page that is not live");
    });
  });

  test("a run that stops is decided on by a person, and ended with a reason", async () => {
    const { page } = ada;
    const run = await post<{ id: string }>(page, "/api/runbooks/reconciliation-mismatch/runs", {
      environment: "local",
    });
    await page.goto(`/runs/${run.id}`);
    await page.getByText("The run has stopped and waits for a decision").waitFor({ timeout: 40_000 });
    const skip = page.getByRole("button", { name: "Go on without it" });
    equal(await skip.isDisabled(), true);
    await page.getByRole("button", { name: "Try the step again" }).click();
    await page.getByText("Attempt 2,").waitFor();
    await page.getByText("The run has stopped and waits for a decision").waitFor();
    await checkPage(page, `/runs/${run.id}`, MISMATCH);
    await page.getByLabel("Why this run should end here").fill("nothing differs");
    await page.getByRole("button", { name: "Abort the run" }).click();
    await page.getByRole("status").getByText("aborted").waitFor();
    await page.getByRole("link", { name: "Version 2" }).click();
    await settle(page, MISMATCH);
    match(page.url(), /version=[0-9a-f]{64}/);
  });

  test("a pause is asked for by a button, and the list tells how the runbook went last", async () => {
    const { page } = ada;
    const run = await post<{ id: string }>(page, "/api/runbooks/health-checks/runs", { environment: "local" });
    await page.goto(`/runs/${run.id}`);
    await page.getByRole("status").getByText("waiting for person").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Pause before the next step" }).click();
    await page.getByText("Ada Byron pauses it: it stops before the next step").waitFor();
    await page.goto("/runbooks?about=health");
    const row = page.getByRole("row", { name: /See whether CoinHubX is healthy/ }).first();
    await row.getByText("waiting for person").waitFor();
    deepEqual(await row.getByRole("link", { name: /waiting for person/ }).count(), 1);
  });
});

/** As when the plane tells nothing any more. */
async function withoutEvents(page: Page, work: () => Promise<void>): Promise<void> {
  await page.route("**/api/events", (route) => route.abort());
  await work();
  await page.unroute("**/api/events");
}
