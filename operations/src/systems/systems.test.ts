import { deepEqual, equal } from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { silentLogger } from "@assay/platform/logging/logger";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import { createEvents } from "../events/events.ts";
import { manifestFixture } from "../manifest/manifest-fixture.ts";
import { parseManifest } from "../manifest/parse-manifest.ts";
import { type ManifestFolder, openManifestFolder } from "./manifest-folder.ts";
import { type ManifestSource, refuseSource } from "./manifest-source.ts";
import { createSystems } from "./systems.ts";

const options = { migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" };

interface TestSource extends ManifestSource {
  document: unknown;
}

function source(name: string, document: unknown): TestSource {
  const made: TestSource = {
    name,
    document,
    read: async () =>
      made.document === undefined ? refuseSource("MANIFEST_UNREACHABLE", "ECONNREFUSED") : parseManifest(made.document),
  };
  return made;
}

async function open(database: TestDatabase, sources: readonly ManifestSource[], folder?: ManifestFolder) {
  const systems = await createSystems({
    database: database.app,
    clock: new MovedClock(),
    logger: silentLogger,
    events: createEvents(),
    sources,
    folder,
    token: async () => "token",
    manifestIntervalMs: 1_000,
    scrapeIntervalMs: 1_000,
  });
  return systems;
}

test("after a restart a system that is down is still known, as what it last said", async () => {
  await using database = await startTestDatabase(options);
  const shop = source("http://shop", manifestFixture({ title: "Corner shop" }));
  {
    await using systems = await open(database, [shop]);
    await systems.refresh();
  }
  shop.document = undefined;
  await using systems = await open(database, [shop]);
  await systems.refresh();
  equal(systems.find("shop")?.manifest.title, "Corner shop");
  deepEqual(systems.sources()[0]?.problems, [{ path: "", reason: "MANIFEST_UNREACHABLE: ECONNREFUSED" }]);
  equal(systems.url("shop"), "http://shop");
});

test("a system that is no longer configured is not watched any more", async () => {
  await using database = await startTestDatabase(options);
  {
    await using systems = await open(database, [source("http://shop", manifestFixture())]);
    await systems.refresh();
  }
  await using systems = await open(database, []);
  deepEqual(systems.list(), []);
});

test("a second source cannot take the name of a system over", async () => {
  await using database = await startTestDatabase(options);
  const [shop, thief] = [source("http://shop", manifestFixture()), source("http://thief", undefined)];
  await using systems = await open(database, [shop, thief]);
  await systems.refresh();
  thief.document = manifestFixture({ title: "Thief" });
  await systems.refresh();
  equal(systems.find("shop")?.manifest.title, "Shop");
  deepEqual(systems.sources()[1]?.problems, [{ path: "system", reason: "shop is already described by http://shop" }]);
});

test("a changed manifest is in force at once, and a malformed one changes nothing", async () => {
  await using database = await startTestDatabase(options);
  const shop = source("http://shop", manifestFixture());
  await using systems = await open(database, [shop]);
  await systems.refresh();
  shop.document = manifestFixture({ version: "2.0.0" });
  await systems.refresh();
  equal(systems.find("shop")?.manifest.version, "2.0.0");
  shop.document = { ...manifestFixture({ version: "3.0.0" }), environment: "moon" };
  await systems.refresh();
  equal(systems.find("shop")?.manifest.version, "2.0.0");
  equal(systems.sources()[0]?.problems[0]?.path, "environment");
});

test("a system nobody has probed yet is unknown", async () => {
  await using database = await startTestDatabase(options);
  await using systems = await open(database, [source("http://shop", manifestFixture())]);
  await systems.refresh();
  equal(systems.find("shop")?.health().status, "unknown");
});

test("a service that is not ours is sent no token, and its system is not watched before its file is right", async () => {
  await using database = await startTestDatabase(options);
  await using folder = await temporaryFolder();
  await using systems = await open(
    database,
    [source("http://shop", manifestFixture())],
    openManifestFolder(folder.path),
  );
  const file = join(folder.path, "rates.yaml");
  await writeFile(file, "system: rates\ntitle: Rates\n");
  await systems.refresh();
  deepEqual([systems.find("rates"), systems.sources()[1]?.problems[0]?.line], [undefined, 1]);
  const right =
    "{ system: rates, title: Rates, version: a, environment: local, services: [{ name: r, url: 'http://r' }] }";
  await writeFile(file, right);
  await systems.refresh();
  deepEqual([systems.takesTokens("rates"), systems.takesTokens("shop")], [false, true]);
  deepEqual([systems.url("rates"), systems.sources()[1]?.problems], ["http://r", []]);
  await writeFile(file, right.replace("version: a", "version: [a"));
  await systems.refresh();
  deepEqual([systems.find("rates")?.manifest.version, systems.sources()[1]?.problems[0]?.line], ["a", 1]);
  await rm(file);
  await systems.refresh();
  equal(systems.find("rates")?.manifest.version, "a");
  equal(systems.sources()[1]?.problems[0]?.reason, `MANIFEST_UNREACHABLE: ${file} cannot be read: ENOENT`);
});

test("a folder that cannot be read is a problem that people see", async () => {
  await using database = await startTestDatabase(options);
  await using systems = await open(database, [], openManifestFolder("/nowhere/at/all"));
  await systems.refresh();
  deepEqual(systems.sources()[0]?.problems, [{ path: "", reason: "MANIFEST_UNREACHABLE: ENOENT" }]);
});
