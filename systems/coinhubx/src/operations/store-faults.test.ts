import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { MIGRATIONS } from "../ledger/ledger-test-kit.ts";
import { storeFaults } from "./store-faults.ts";

test("a balance that nobody has cannot be tampered with, and the fault says so before it is tried", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS] });
  const owner = database.database;
  const faults = storeFaults({ owner, reconciliationIntervalMs: 1_000, backupDirectory: undefined });
  const tamper = faults.find(({ description }) => description.name === "ledger.tamper");
  match((await tamper?.obstacle?.({})) ?? "", /^No customer has a balance yet/);
  equal(await tamper?.obstacle?.({ account: "nobody" }), "There is no account nobody.");
});
