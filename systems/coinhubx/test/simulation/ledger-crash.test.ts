import { deepEqual, equal, ok } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { seededRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { Failure } from "@assay/primitives/failure";
import { createLedger } from "../../src/ledger/ledger.ts";
import { alice, bob, MIGRATIONS, transfer } from "../../src/ledger/ledger-test-kit.ts";
import { verifyJournal } from "../../src/ledger/verify-journal.ts";
import { checkBalances } from "../../src/reconciliation/check-balances.ts";
import { checkSums } from "../../src/reconciliation/check-sums.ts";

const WRITER = join(import.meta.dirname, "ledger-writer-process.ts");

async function checkBooks(database: Database): Promise<void> {
  equal((await verifyJournal(database)).ok, true, "the hash chain holds (L7)");
  deepEqual([...(await checkSums(database)), ...(await checkBalances(database))], [], "balances follow (L1, L2)");
  const [halves] = await database.query<{ count: string }>(sql`
    select count(*) as count from (
      select regexp_replace(id, ':(in|out)$', '') as pair from ledger_transfers where id ~ ':(in|out)$'
        group by 1 having count(*) <> 2) broken`);
  equal(halves?.count, "0", "a linked pair is there whole or not at all (L8, L11)");
  const [notices] = await database.query<{ rows: string; total: string }>(sql`
    select coalesce(sum((payload->>'last_sequence')::bigint - (payload->>'first_sequence')::bigint + 1), 0) as rows,
        (select count(*) from ledger_transfers) as total from outbox`);
  equal(notices?.rows, notices?.total, "a notice for every commit and none without one (L12)");
}

async function checkAcknowledged(database: Database, ids: readonly string[]): Promise<void> {
  const rows = await database.query<{ id: string }>(sql`select id from ledger_transfers where id = any(${ids})`);
  equal(rows.length, ids.length, "what was acknowledged is durable (L11)");
}

test("L11: writers killed at work lose nothing they acknowledged and leave nothing half done", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS] });
  const random = seededRandom(7);
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const writers = ["a", "b"].map((name) => startWriter(database, `${name}${round}`, acknowledged));
    await Promise.all(writers.map(({ ready }) => ready));
    await systemClock.sleep(50 + random.integer(150));
    for (const { child } of writers) child.kill("SIGKILL");
    await Promise.all(writers.map(({ ended }) => ended));
  }
  ok(acknowledged.length > 0 && acknowledged.every((line) => !line.startsWith("refused")));
  await checkAcknowledged(
    database.database,
    acknowledged.map((pair) => `${pair}:out`),
  );
  await checkBooks(database.database);
});

function startWriter(database: TestDatabase, name: string, acknowledged: string[]) {
  const args = [WRITER, database.url.reveal(), name];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout! });
  lines.on("line", (line) => acknowledged.push(line));
  return { child, ready: once(lines, "line"), ended: Promise.all([once(child, "exit"), once(lines, "close")]) };
}

test("L11: a database killed under load keeps what was acknowledged; callers know what happened or that nobody does", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app", ownCluster: true });
  await using ledger = createLedger({ database: database.app, clock: systemClock });
  const acknowledged: string[] = [];
  const failures = new Set<string>();
  let isDone = false;
  const call = async (caller: number) => {
    for (let number = 0; !isDone; number += 1) {
      const pair = `db:${caller}:${number}`;
      const commands = [
        transfer(`${pair}:in`, { units: 2n }),
        transfer(`${pair}:out`, { debit: alice, credit: bob, units: 1n }),
      ];
      try {
        const outcomes = await ledger.post(commands);
        ok(outcomes.every((outcome) => outcome.ok));
        acknowledged.push(`${pair}:out`);
      } catch (error) {
        ok(error instanceof Failure);
        failures.add(error.code);
        await systemClock.sleep(20);
      }
    }
  };
  const callers = Array.from({ length: 16 }, (_, caller) => call(caller));
  for (let round = 0; round < 2; round += 1) {
    const target = acknowledged.length + 100;
    while (acknowledged.length < target) await systemClock.sleep(5);
    database.cluster.kill();
    await systemClock.sleep(100);
    await database.cluster.start();
  }
  const target = acknowledged.length + 100;
  while (acknowledged.length < target) await systemClock.sleep(5);
  isDone = true;
  await Promise.all(callers);
  ok([...failures].every((code) => code === "DATABASE_UNAVAILABLE" || code === "OUTCOME_UNKNOWN"));
  await checkAcknowledged(database.database, acknowledged);
  await checkBooks(database.database);
});

test("L3, L8: processes that write at once, each by its own memory of the ledger, give one exact history", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  const ledgers = Array.from({ length: 3 }, () => createLedger({ database: database.app, clock: systemClock }));
  const random = seededRandom(11);
  await ledgers[0]!.post([transfer("start", { units: 500n })]);
  const work = ledgers.flatMap((ledger, process) =>
    Array.from({ length: 8 }, async (_, caller) => {
      let accepted = 0;
      for (let number = 0; number < 15; number += 1) {
        const id = `race:${process}:${caller}:${number}`;
        const [debit, credit] = random.integer(3) === 0 ? [bob, alice] : [alice, bob];
        const [outcome] = await ledger.post([transfer(id, { debit, credit, units: BigInt(1 + random.integer(60)) })]);
        ok(outcome!.ok || outcome!.refusal.code === "EXCEEDS_CREDITS");
        accepted += outcome!.ok ? 1 : 0;
      }
      return accepted;
    }),
  );
  const accepted = (await Promise.all(work)).reduce((sum, count) => sum + count, 0);
  for (const ledger of ledgers) await ledger[Symbol.asyncDispose]();
  const [row] = await database.app.query<{ rows: string; total: string }>(sql`
    select (select count(*) from ledger_transfers) as rows,
        (select sum(credits_posted - debits_posted) from ledger_accounts where code = 'customer') as total`);
  deepEqual([Number(row?.rows), row?.total], [accepted + 1, "500"]);
  const [lowest] = await database.app.query<{ units: string }>(sql`
    select min(debit_credits_posted - debit_debits_posted) as units from ledger_transfers t
      join ledger_accounts a on a.id = t.debit_account_id where a.code = 'customer'`);
  ok(Number(lowest?.units) >= 0);
  await checkBooks(database.database);
});
