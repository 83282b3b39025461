import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import { startSmtpReceiver } from "@assay/platform/testing/smtp-receiver";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { readOperationsConfig } from "../config.ts";
import { startOperations } from "../operations.ts";
import { BreakableKiosk } from "./breakable-kiosk.ts";
import type { DrillStack } from "./drill-people.ts";

/** A real plane over a real database, watching a small system that can be broken; `more` settings go over its own. */
export async function startStack(more: Readonly<Record<string, string>> = {}) {
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
    ...more,
  });
  const options = { config, logger: captureLogger().logger, version: "0.0.0", programs: new Map() };
  const server = await startOperations(resources, options);
  const bootstrapCode = async () => (await readFile(join(folder.path, "operations.bootstrap"), "utf8")).trim();
  const stack: DrillStack = { planeUrl: server.url, systemUrl: kiosk.url, bootstrapCode, mailbox };
  const moved = resources.move();
  return { kiosk, stack, [Symbol.asyncDispose]: () => moved[Symbol.asyncDispose]() };
}
