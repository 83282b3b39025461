import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { startSmtpReceiver } from "@assay/platform/testing/smtp-receiver";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { readOperationsConfig } from "../config.ts";
import { startOperations } from "../operations.ts";
import { BreakableKiosk } from "./breakable-kiosk.ts";
import { type DrillOptions, runDrill } from "./drill.ts";
import { createDrillPeople, type DrillStack } from "./drill-people.ts";
import { formatDrillReport } from "./drill-report.ts";

/** A real plane over a real database, watching a small system that can be broken. */
async function startStack() {
  await using resources = new AsyncDisposableStack();
  const kiosk = resources.use(await BreakableKiosk.start());
  const mailbox = resources.use(await startSmtpReceiver());
  const folder = resources.use(await temporaryFolder());
  const { url } = resources.use(await startTestDatabase());
  const config = readOperationsConfig({
    ASSAY_ENVIRONMENT: "local",
    OPERATIONS_PORT: "0",
    OPERATIONS_DATABASE_URL: url.reveal(),
    OPERATIONS_SYSTEMS: `kiosk=${kiosk.url}`,
    OPERATIONS_STATE_DIR: folder.path,
    OPERATIONS_SMTP_URL: mailbox.url.reveal(),
    OPERATIONS_EVALUATION_INTERVAL_MS: "200",
    OPERATIONS_SCRAPE_INTERVAL_MS: "200",
    OPERATIONS_MANIFEST_INTERVAL_MS: "500",
  });
  const options = { config, logger: captureLogger().logger, version: "0.0.0", programs: new Map() };
  const server = await startOperations(resources, options);
  const bootstrapCode = async () => (await readFile(join(folder.path, "operations.bootstrap"), "utf8")).trim();
  const stack: DrillStack = { planeUrl: server.url, systemUrl: kiosk.url, bootstrapCode, mailbox };
  const moved = resources.move();
  return { kiosk, stack, [Symbol.asyncDispose]: () => moved[Symbol.asyncDispose]() };
}

test("without the runbook the alert stays firing; with it, two people heal the system and the evidence verifies", async () => {
  await using broken = await startStack();
  await using people = await createDrillPeople(broken.stack);
  const drill: DrillOptions = { stack: broken.stack, system: "kiosk", fault: "queue.block", people };
  const control = await runDrill({ ...drill, control: true, controlWindowMs: 1_500 });
  deepEqual([control.mode, control.alert, control.recoverMs], ["control", "QUEUE_LONG", undefined]);
  ok(control.watchedMs! >= 1_500);
  const said: string[] = [];
  const report = await runDrill({ ...drill, isInjected: true, report: (line) => said.push(line) });
  equal(broken.kiosk.line, 4);
  deepEqual(broken.kiosk.actions.length, 1);
  ok(report.evidence!.auditEntries > 0 && report.evidence!.timelineEntries >= 3);
  match(said.join("\n"), /Ada confirms: .*\nGrace agrees: /);
  match(formatDrillReport(report), /time to recover .* s {3}\(limit 60\.0 s\)/);
  // The second person is paged for the approval.
  const page = await people.phones.second.waitForRequest(({ json }) =>
    JSON.stringify(json).includes("approval.requested"),
  );
  match(JSON.stringify(page.json), /kiosk\.sales\.start for till 7/);
});

test("a drill fails when the runbook does not heal, and says what was seen", async () => {
  await using broken = await startStack();
  broken.kiosk.heals = false;
  await rejects(
    runDrill({ stack: broken.stack, system: "kiosk", fault: "queue.block" }),
    /run run_\w+ of queue-long stopped: start-sales: failed[\s\S]*alert kiosk\.QUEUE\\_LONG is "resolved".*"firing" \| failed/,
  );
});

test("a drill fails when there is no such fault", async () => {
  await using broken = await startStack();
  await rejects(
    runDrill({ stack: broken.stack, system: "kiosk", fault: "roof.leak" }),
    /kiosk has no fault roof\.leak/,
  );
});
