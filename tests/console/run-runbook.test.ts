import { equal, match, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { browserMissing } from "./open-browser.ts";
import { firstOperator, type Operator } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

// One run, in order: each test goes on where the one before it stopped.
describe("running a runbook in the console", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let ada: Operator;

  before(async () => {
    stage = await startStage();
    ada = await firstOperator(stage);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("it starts only when the place it runs in was typed", async () => {
    const { page } = ada;
    await page.goto("/runbooks");
    // A plane that just started reads the manifests of its systems first.
    const runbook = page.getByRole("link", { name: "See whether CoinHubX is healthy" }).first();
    await runbook.click({ timeout: 40_000 });
    await page.getByRole("heading", { name: "See whether CoinHubX is healthy" }).waitFor();
    await page.getByRole("heading", { name: "1. Is the backend alive" }).waitFor();
    const start = page.getByRole("button", { name: "Run", exact: true });
    equal(await start.isDisabled(), true);
    await page.getByLabel("Type where it runs: local").fill("local");
    await start.click();
    await page.waitForURL(/\/runs\//);
  });

  test("the steps of the machine pass one after another in sight, with what they saw", async () => {
    const { page } = ada;
    const readiness = page.getByRole("region", { name: "3. Can it work" });
    await readiness.getByText("passed", { exact: true }).first().waitFor();
    await readiness.getByText("What ran and what was seen").click();
    await readiness.getByText("json $.checks.database.status is").waitFor();
    await page.getByRole("status").getByText("waiting for person").waitFor({ timeout: 60_000 });
    equal(
      await page
        .getByRole("navigation", { name: "Steps" })
        .getByText(/passed/)
        .count(),
      7,
    );
  });

  test("a person signs the list, and the run passes", async () => {
    const { page } = ada;
    const last = page.getByRole("region", { name: /^8\. / });
    const sign = last.getByRole("button", { name: "Sign" });
    equal(await sign.isDisabled(), true);
    for (const item of await last.getByRole("checkbox").all()) await item.check();
    await sign.click();
    await last.getByText("What ran and what was seen").click();
    await last.getByText("Signed by Ada Byron").waitFor();
    const status = page.getByRole("status").filter({ hasText: "finished" });
    await status.getByText("passed").waitFor();
  });

  test("the run can be taken along as text, and the whole log with its proofs", async () => {
    const { page } = ada;
    const transcript = await download(ada, () => page.getByRole("link", { name: "transcript" }).click());
    match(transcript, /^## liveness: passed$/m);
    match(transcript, /Signed by|Ada Byron/);
    await page.goto("/audit");
    const bundle = await download(ada, () => page.getByRole("link", { name: "Export all with proofs" }).click());
    const { entries } = JSON.parse(bundle);
    ok(entries.length > 0);
    ok(bundle.includes("health-checks"));
  });
});

/** What the browser saved after `press`. */
async function download({ page }: Operator, press: () => Promise<void>): Promise<string> {
  const [saved] = await Promise.all([page.waitForEvent("download"), press()]);
  return readFile(await saved.path(), "utf8");
}
