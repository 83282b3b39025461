import { equal, match } from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type TemporaryFolder, temporaryFolder } from "@assay/platform/testing/temporary-folder";
import type { Page } from "playwright-core";
import { browserMissing } from "./open-browser.ts";
import { checkPage, settle } from "./page-checks.ts";
import { firstOperator, type Operator } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

/** A service that does not answer, with a list that is open the whole day: one item cannot be looked at, two are a person's. */
const MANIFEST = `
system: kiosk
title: Kiosk
version: "1"
environment: local
services: [{ name: till, url: "http://127.0.0.1:1" }]
healthChecks: [{ id: kiosk.till, service: till, path: /health, everyMs: 2000, timeoutMs: 500, kind: liveness }]
checklists:
  - name: opening
    title: Opening the kiosk
    timeZone: UTC
    opensAt: "00:00"
    dueAt: "23:59"
    items:
      - { id: till, title: The till answers, check: { kind: health, id: kiosk.till } }
      - { id: float, title: The float was counted, note: required }
      - { id: lights, title: The lights are on, note: none }
`;

describe("routine in the console", { skip: browserMissing, timeout: 400_000 }, () => {
  let folder: TemporaryFolder;
  let stage: Stage;
  let ada: Operator;

  before(async () => {
    folder = await temporaryFolder();
    await writeFile(join(folder.path, "kiosk.yaml"), MANIFEST);
    stage = await startStage({ environment: { OPERATIONS_MANIFEST_DIR: folder.path } });
    ada = await firstOperator(stage);
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  test("a round is ticked by keyboard, wants a note where it is not green, and ends with a signature", async () => {
    const { page } = ada;
    await page.goto("/checklists");
    const round = page.getByRole("article", { name: /^Opening the kiosk of/ });
    await round.waitFor({ timeout: 60_000 });
    match(await round.innerText(), /left/);
    await round.getByRole("link", { name: "Opening the kiosk" }).click();
    await settle(page, /^Opening the kiosk, /);
    const till = page.getByRole("listitem", { name: "The till answers" });
    await till.getByText(/^(failed|inconclusive)$/).waitFor({ timeout: 60_000 });
    const sign = page.getByRole("button", { name: "Sign off" });
    equal(await sign.isDisabled(), true);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("y");
    await page.keyboard.type("120.00");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("listitem", { name: "The float was counted" }).getByText("passed").waitFor();
    await page.getByRole("heading", { level: 1 }).click();
    for (const key of ["j", "j", "j", "y"]) await page.keyboard.press(key);
    await page.getByRole("listitem", { name: "The lights are on" }).getByText("passed").waitFor();
    equal(await sign.isDisabled(), true, "what is not green still wants a note");
    await till.getByLabel("Note on The till answers").fill("closed for repair");
    await till.getByRole("button", { name: "Write the note" }).click();
    await till.getByText("Note: closed for repair").waitFor();
    await sign.click();
    await page.getByRole("status").getByText("Signed off by Ada Byron").waitFor();
    await checkPage(page, new URL(page.url()).pathname, /^Opening the kiosk, /);
  });

  test("a report is made, names its sources, says where it has no data, and prints without the frame", async () => {
    const { page } = ada;
    await page.goto("/reports");
    await page.getByLabel("Report", { exact: true }).selectOption("coinhubx/daily-reconciliation");
    await page.getByRole("button", { name: "Make it" }).click();
    await settle(page, "Daily reconciliation");
    const verdict = page.getByRole("article", { name: "Verdict of the last reconciliation" });
    match(await verdict.innerText(), /Source: GET \/api\/reconciliation\/reports/);
    await checkPage(page, new URL(page.url()).pathname, "Daily reconciliation");
    await page.emulateMedia({ media: "print" });
    equal(await page.getByRole("button", { name: "Print" }).isVisible(), false);
    equal(await page.getByRole("navigation", { name: "Pages" }).isVisible(), false);
    await page.emulateMedia({ media: null });
  });

  test("a copy is made, verified and restored in a drill that measures", () => makeAndDrill(ada.page));
});

async function makeAndDrill(page: Page): Promise<void> {
  await page.goto("/backups");
  await settle(page, "Backups");
  const backup = page.getByRole("region", { name: "The exchange's database" });
  await backup.getByText("There is no copy.").waitFor({ timeout: 60_000 });
  await backup.getByRole("button", { name: "Make one now" }).click();
  const done = backup.getByRole("group", { name: "What was done with The exchange's database" });
  await done.getByRole("row", { name: /^verify .* passed/ }).waitFor({ timeout: 90_000 });
  await backup.getByRole("button", { name: "Drill a restore" }).click();
  const dialog = page.getByRole("dialog", { name: "Drill a restore of The exchange's database" });
  const begin = dialog.getByRole("button", { name: "Restore into the scratch place" });
  equal(await begin.isDisabled(), true);
  await dialog.getByLabel("Type coinhubx").fill("coinhubx");
  await begin.click();
  await done.getByRole("row", { name: /^drill .* passed .*took/ }).waitFor({ timeout: 90_000 });
  await backup.getByText("as promised").first().waitFor();
  await checkPage(page, "/backups", "Backups");
}
