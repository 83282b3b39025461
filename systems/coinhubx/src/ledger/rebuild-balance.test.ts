import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { createLedger } from "./ledger.ts";
import { alice, bob, MIGRATIONS, transfer } from "./ledger-test-kit.ts";
import { rebuildBalance } from "./rebuild-balance.ts";
import { toTransferId } from "./transfer.ts";

const TAMPER = sql`update ledger_accounts set credits_posted = credits_posted + 1000 where owner = 'alice' returning id`;

test("a balance that was changed around the ledger becomes what the journal says, also after it was used", async () => {
  await using test = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  await using ledger = createLedger({ database: test.app, clock: systemClock });
  await using other = createLedger({ database: test.app, clock: systemClock });
  await ledger.post([transfer("t1")]);
  await ledger.post([transfer("t2", { debit: alice, credit: bob, units: 30n, flags: { pending: true } })]);
  const [tampered] = await test.database.query<{ id: string }>(TAMPER);
  // Another process reads the false balance, uses it and carries it into the journal.
  await other.post([
    transfer("t3", {
      debit: alice,
      credit: bob,
      units: 20n,
      flags: { postPending: true },
      pendingId: toTransferId("t2"),
    }),
  ]);
  equal((await ledger.balance(alice)).creditsPosted, 1_100n);
  const told: string[] = [];
  const request = { accountId: tampered!.id, correlationId: "apr_1", metadata: { reason: "R2" } };
  const rebuilt = await rebuildBalance({ database: test.app, clock: systemClock }, request, async () => {
    told.push("audited");
  });
  ok(rebuilt.ok);
  deepEqual(rebuilt.value.after, { debitsPending: "0", debitsPosted: "20", creditsPending: "0", creditsPosted: "100" });
  deepEqual([rebuilt.value.before.creditsPosted, told], ["1100", ["audited"]]);
  equal((await ledger.balance(alice)).creditsPosted, 100n);
  await other.post([transfer("t4", { units: 5n })]);
  equal((await ledger.account(alice))?.creditsPosted, 105n);
  equal((await ledger.verify({ from: "first" })).ok, true);
});

for (const owner of ["alice", "house"]) {
  test(`rebuilding an account of ${owner} that is right changes nothing but the journal's end`, async () => {
    await using test = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
    await using ledger = createLedger({ database: test.app, clock: systemClock });
    await ledger.post([transfer("t1")]);
    const [row] = await test.database.query<{ id: string }>(sql`select id from ledger_accounts where owner = ${owner}`);
    const request = { accountId: row!.id, correlationId: "apr_1", metadata: {} };
    const rebuilt = await rebuildBalance({ database: test.app, clock: systemClock }, request, async () => undefined);
    ok(rebuilt.ok);
    deepEqual(rebuilt.value.after, rebuilt.value.before);
    equal(rebuilt.value.journalPosition, 3);
  });
}

test("an account that does not exist is refused, and nothing is audited or written", async () => {
  await using test = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  for (const accountId of ["7", "x", "1; drop table users", ""]) {
    const rebuilt = await rebuildBalance(
      { database: test.app, clock: systemClock },
      { accountId, correlationId: "apr_1", metadata: {} },
      async () => {
        throw new Error("never reached");
      },
    );
    equal(!rebuilt.ok && rebuilt.refusal.code, "ACCOUNT_NOT_FOUND");
  }
});
