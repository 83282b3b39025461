import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { sql } from "@assay/platform/storage/sql";
import { TestTrust } from "../trust-fixture.ts";

test("a log that was cut short while the plane was down calls everybody, and nothing dangerous is done", async () => {
  await using test = await TestTrust.start();
  const [ada, grace] = [await test.admin(), await test.person("Grace")];
  const order = { action: "coinhubx.trading.enable", params: {}, reason: "books agree" };
  const asked = await test.trust.approvals.request(order, ada.signer, { totp: await ada.code() });
  await test.trust.audit.checkpoint();
  await test.close();
  await test.database.database.execute(sql`alter table audit_entries disable trigger all`);
  await test.database.database.execute(sql`
    delete from audit_entries where sequence = (select max(sequence) from audit_entries)`);
  await test.open();
  equal(test.trust.audit.problem?.code, "AUDIT_LOG_INCONSISTENT");
  const { id, digest } = asked.ok ? asked.value : { id: "", digest: "" };
  const proof = { totp: await grace.code() };
  const done = await test.trust.approvals.approve(id, grace.signer, { proof, digest });
  deepEqual(done.ok && [done.value.state, done.value.outcome?.code], ["failed", "AUDIT_UNAVAILABLE"]);
  const stop = { action: "coinhubx.trading.disable", params: {}, reason: "why" };
  const door = { signer: ada.signer, proof: { totp: await ada.code() }, session: ada.principal };
  const alone = await test.trust.breakGlass.open(stop, door);
  deepEqual(alone.ok && alone.value.outcome?.code, "AUDIT_UNAVAILABLE");
  equal(test.system.asks.length, 0);
  while (test.disagreements.length === 0) await test.clock.advance(5_000);
  await test.clock.advance(60_000);
  equal(test.disagreements.length, 1, "from then on paging repeats it");
});
