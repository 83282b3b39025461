import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { parseManifest } from "@assay/operations/manifest/parse-manifest";
import { startTestExchange } from "./test-exchange.ts";

test("the manifest names nothing that is not there, and every reading of its routine is answered", async () => {
  await using exchange = await startTestExchange();
  const token = await exchange.plane.token(["viewer", "operator"]);
  const parsed = parseManifest((await exchange.call("GET /ops/manifest", { token })).body);
  deepEqual(parsed.ok ? [] : parsed.refusal.problems, []);
  const { checklists = [], reports = [] } = parsed.ok ? parsed.value : {};
  const reads = [
    ...checklists.flatMap(({ items }) => items.map(({ check }) => check)),
    ...reports.flatMap(({ sections }) => sections.flatMap(({ figures }) => figures.map(({ source }) => source))),
  ].flatMap((one) => (one?.kind === "read" ? [one.path] : []));
  for (const path of new Set(reads))
    deepEqual([path, (await exchange.call(`GET ${path}`, { token })).status], [path, 200]);
  const listed = await exchange.call("GET /api/backups", { token });
  deepEqual(listed.body, { success: true, backups: [], restore_point_at: null });
});
