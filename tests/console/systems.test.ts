import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startStack } from "@assay/operations/drills/drill-fixture";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import type { Page } from "playwright-core";
import { browserMissing, openBrowser } from "./open-browser.ts";
import { checkPage, settle } from "./page-checks.ts";
import { firstOperator } from "./people.ts";

const CONSOLE = fileURLToPath(new URL("../../apps/console/dist", import.meta.url));
const PATIENCE_MS = 20_000;

const LAMP = `system: lamp
title: Lamp
version: "1"
environment: local
services: [{ name: lamp, url: "http://127.0.0.1:9" }]
healthChecks: [{ id: lamp.alive, service: lamp, path: /, everyMs: 500, timeoutMs: 500 }]
checklists: [{ name: evening, title: Light it, items: [{ id: lit, title: It burns }] }]
`;

// The plane alone, a small system that breaks on demand, and a folder of manifests.
describe("the overview and the systems", { skip: browserMissing, timeout: 400_000 }, () => {
  let resources: AsyncDisposableStack;
  let kiosk: Awaited<ReturnType<typeof startStack>>["kiosk"];
  let page: Page;
  let manifest: string;

  before(async () => {
    await using opened = new AsyncDisposableStack();
    const folder = opened.use(await temporaryFolder());
    manifest = join(folder.path, "lamp.yaml");
    const started = opened.use(
      await startStack({ OPERATIONS_CONSOLE_DIR: CONSOLE, OPERATIONS_MANIFEST_DIR: folder.path }),
    );
    kiosk = started.kiosk;
    const browser = opened.use(await openBrowser());
    const code = await started.stack.bootstrapCode();
    const openConsole = async () => {
      const context = await browser.newContext({ baseURL: started.stack.planeUrl });
      context.setDefaultTimeout(PATIENCE_MS);
      return context.newPage();
    };
    page = (await firstOperator({ stack: { bootstrapCode: () => code }, openConsole })).page;
    resources = opened.move();
  });
  after(() => resources?.[Symbol.asyncDispose]());

  test("the overview says what is broken, how bad, since when, who is on it, and the one next step", async () => {
    kiosk.line = 60;
    await page.goto("/");
    const now = page.getByRole("article", { name: "high: QUEUE_LONG" });
    await now.getByRole("heading", { name: "Customers wait in line." }).waitFor();
    await now.getByText("nobody", { exact: true }).waitFor();
    await checkPage(page, "/", "Overview");
    await now.getByRole("button", { name: "Acknowledge" }).click();
    await now.getByText(/^Ada Byron is on it/).waitFor();
    await now.getByRole("link", { name: "Open the runbook" }).waitFor();
  });

  test("the page of a system shows each number beside its target, and what fires", async () => {
    await checkPage(page, "/systems/kiosk", "Kiosk");
    const row = page.getByRole("row", { name: /People in line/ });
    await row.getByText("60, high").waitFor();
    await row.getByText("≤ 10").waitFor();
    await page.getByRole("article", { name: "high: QUEUE_LONG" }).waitFor();
    kiosk.line = 3;
    await row.getByText("3, on target").waitFor();
    await page.getByRole("article", { name: "high: QUEUE_LONG" }).waitFor({ state: "detached" });
  });

  test("a manifest that is refused is shown with its line, and the one before stays in force", async () => {
    await writeFile(manifest, LAMP.replace("environment: local", "environment: moon"));
    await page.goto("/");
    await page.getByText("A manifest cannot be read").waitFor();
    await page.getByRole("link", { name: "See why" }).click();
    await page.getByText(/Line 4, column 14/).waitFor();
    await page.getByText("Nothing was in force before, so nothing is watched.").waitFor();
    await writeFile(manifest, LAMP);
    await page.getByRole("article", { name: "Lamp" }).waitFor();
    await checkPage(page, "/systems", "Systems");
    await rm(manifest);
    await page.getByText(/The one before it, of .* stays in force/).waitFor();
  });

  test("a service that does not answer is never well, and its routine is named", async () => {
    await page.goto("/systems/lamp");
    await settle(page, "Lamp");
    await page
      .getByRole("row", { name: /lamp\.alive/ })
      .getByText("unhealthy")
      .waitFor();
    await page.getByText("Checklists: Light it").waitFor();
    await checkPage(page, "/systems/lamp", "Lamp");
  });
});
