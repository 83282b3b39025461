import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { createLedger, type Ledger } from "./ledger.ts";
import { alice, bob, MIGRATIONS, transfer } from "./ledger-test-kit.ts";

async function startLedger(): Promise<{ database: TestDatabase; ledger: Ledger } & AsyncDisposable> {
  const database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  const ledger = createLedger({ database: database.app, clock: systemClock });
  for (let number = 1; number <= 4; number += 1) {
    await ledger.post([transfer(`row:${number}`, { metadata: { text: 'é\n"', number: 1.5e-7 }, units: 10n ** 30n })]);
  }
  await ledger.post([transfer("hold", { debit: alice, credit: bob, flags: { pending: true }, timeoutMs: 60_000 })]);
  const dispose = async () => {
    await ledger[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  };
  return { database, ledger, [Symbol.asyncDispose]: dispose };
}

test("L7: an untouched journal verifies, from the first row and from the last one found good", async () => {
  await using it = await startLedger();
  const first = await it.ledger.verify({ from: "first" });
  deepEqual([first.ok, first.verified], [true, 5]);
  await it.ledger.post([transfer("more")]);
  const next = await it.ledger.verify({ from: "last_verified" });
  deepEqual([next.ok, next.verified], [true, 1]);
});

// What a superuser, or a failing disk, could do to a row; the third of five.
const CHANGES = {
  "the amount": "update ledger_transfers set amount = amount + 1 where sequence = 3",
  "a balance": "update ledger_transfers set credit_credits_posted = credit_credits_posted + 1 where sequence = 3",
  "the accounts": "update ledger_transfers set credit_account_id = debit_account_id where sequence = 3",
  "the metadata": `update ledger_transfers set metadata = '{"text":"other"}' where sequence = 3`,
  "the time by a microsecond":
    "update ledger_transfers set effective_at = effective_at - interval '1 microsecond' where sequence = 3",
  "one byte of the hash":
    "update ledger_transfers set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where sequence = 3",
} as const;

for (const [what, text] of Object.entries(CHANGES)) {
  test(`L7: a change of ${what} is found at its row`, async () => {
    await using it = await startLedger();
    await it.database.database.transaction(async (transaction) => {
      await transaction.execute(sql`set local session_replication_role = replica`);
      await transaction.execute({ text, values: [] });
    });
    const verdict = await it.ledger.verify({ from: "first" });
    deepEqual([verdict.ok, !verdict.ok && verdict.sequence], [false, 3]);
  });
}

test("L7: a missing row, a missing end and a renamed account are found", async () => {
  await using it = await startLedger();
  const asSuperuser = (text: string) =>
    it.database.database.transaction(async (transaction) => {
      await transaction.execute(sql`set local session_replication_role = replica`);
      await transaction.execute({ text, values: [] });
    });
  equal((await it.ledger.verify({ from: "first" })).ok, true);
  await asSuperuser("update ledger_accounts set owner = 'mallory' where owner = 'alice'");
  deepEqual(await it.ledger.verify({ from: "first" }), {
    ok: false,
    verified: 0,
    sequence: 1,
    reason: "HASH_MISMATCH",
  });
  await asSuperuser("update ledger_accounts set owner = 'alice' where owner = 'mallory'");
  await asSuperuser("delete from ledger_transfers where sequence = 5");
  const cut = await it.ledger.verify({ from: "last_verified" });
  deepEqual([cut.ok, !cut.ok && cut.reason], [false, "SHORTER_THAN_VERIFIED"]);
  await asSuperuser("delete from ledger_transfers where sequence = 2");
  const gap = await it.ledger.verify({ from: "first" });
  deepEqual([gap.ok, !gap.ok && gap.reason], [false, "MISSING_ROW"]);
});
