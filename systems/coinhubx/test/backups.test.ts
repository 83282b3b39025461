import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestExchange } from "./test-exchange.ts";

test("O2: a backup is made and verified over HTTP, shows up verified, and one flipped byte is never listed as verified", async () => {
  await using folder = await temporaryFolder();
  await using exchange = await startTestExchange({
    balances: { alice: { USDT: "1000" } },
    backupDirectory: `${folder.path}/backups`,
    env: { ASSAY_FAULTS: "enabled" },
  });
  const token = await exchange.plane.token(["operator"]);
  const created = await exchange.call("POST /api/backups/create", { token, body: {} });
  equal(created.status, 200, JSON.stringify(created.body));
  const name = String(created.body.backup?.backup_name);
  match(name, /^backup_\d{8}_\d{6}$/);
  equal(created.body.backup?.status, "created");
  const listed = await exchange.call("GET /api/backups", { token });
  deepEqual([listed.body.backups?.[0]?.name, listed.body.backups?.[0]?.verified_at], [name, null]);

  const verified = await exchange.call(`POST /api/backups/${name}/verify`, { token, body: {} });
  deepEqual([verified.status, verified.body.backup?.status], [200, "verified"], JSON.stringify(verified.body));
  const metrics = await exchange.call("GET /api/metrics");
  const gauges = metrics.body.metrics?.gauges as unknown as Record<string, number>;
  equal(gauges.backup_last_verified_timestamp_seconds! > 0, true);

  equal((await exchange.call("POST /ops/faults/backup.corrupt", { token, body: {} })).status, 200);
  const again = await exchange.call(`POST /api/backups/${name}/verify`, { token, body: {} });
  equal(again.body.backup?.status, "failed");
  const after = await exchange.call("GET /api/backups", { token });
  equal(after.body.backups?.[0]?.verified_at, null);
  const unknown = await exchange.call("POST /api/backups/backup_20200101_000000/verify", { token, body: {} });
  deepEqual([unknown.status, unknown.body.code], [404, "UNKNOWN_BACKUP"]);
});

test("without a folder for backups a backup is refused with what to set", async () => {
  await using exchange = await startTestExchange();
  const token = await exchange.plane.token(["operator"]);
  const refused = await exchange.call("POST /api/backups/create", { token, body: {} });
  deepEqual([refused.status, refused.body.code], [409, "BACKUPS_NOT_CONFIGURED"]);
  match(String(refused.body.detail), /COINHUBX_BACKUP_DIR/);
});
