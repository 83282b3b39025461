import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { sha256Hex } from "@assay/primitives/hash";
import { readOperationsConfig } from "./config.ts";
import { ownRunbookRoute, readOwnRunbooks } from "./own-runbooks.ts";
import { planeManifest } from "./plane-manifest.ts";
import { lintRunbooks } from "./runbooks/lint-runbooks.ts";

async function ownManifest() {
  const config = readOperationsConfig({
    ASSAY_ENVIRONMENT: "local",
    OPERATIONS_DATABASE_URL: "postgres://plane@127.0.0.1/plane",
    OPERATIONS_STATE_DIR: "/tmp/plane",
  });
  const own = await readOwnRunbooks();
  return { own, manifest: planeManifest(config, { version: "1", runbooks: own.map(({ reference }) => reference) }) };
}

test("the plane's own runbooks do only what its manifest has, and say what must be seen", async () => {
  const { own, manifest } = await ownManifest();
  const files = own.map(({ reference, markdown }) => ({ path: `${reference.id}.md`, text: markdown }));
  const { problems, warnings } = lintRunbooks({ files, manifest });
  deepEqual([...problems, ...warnings], []);
  deepEqual(
    own.map(({ reference }) => reference.id),
    ["operator-add", "operator-lost-second-factor", "operator-remove", "session-revoke"],
  );
});

test("a runbook is served as it was hashed", async () => {
  const { own } = await ownManifest();
  await using server = await startTestHttpServer([ownRunbookRoute(own)]);
  const [{ reference }] = own as [(typeof own)[number]];
  const text = await (await fetch(`${server.url}${reference.path}`)).text();
  equal(sha256Hex(text), reference.sha256);
  equal((await fetch(`${server.url}/ops/runbooks/nothing`)).status, 404);
});
