import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { createMetrics } from "@assay/platform/metrics/metrics";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import { customer, limit, place, startTestExchange, type TestExchange } from "../../test/orders/exchange-kit.ts";
import { until } from "../../test/until.ts";
import { readFlags } from "../feature-flags/flag-store.ts";
import { createReconciliation, type Reconciliation } from "./reconciliation.ts";
import { addReconciliationMetrics } from "./reconciliation-metrics.ts";
import { requireReconciled } from "./report-store.ts";

const [alice, bob] = [customer("alice"), customer("bob")];

interface Books extends AsyncDisposable {
  readonly it: TestExchange;
  readonly reconciliation: Reconciliation;
}

/** An exchange that has been used: a trade, resting orders on both sides, a canceled one. */
async function startBooks(): Promise<Books> {
  const it = await startTestExchange();
  await it.fund(alice, { ETH: "5" });
  await it.fund(bob, { USDT: "100000" });
  await place(it.exchange, alice, "sell 2 @ 3000");
  await place(it.exchange, bob, "buy 1.5 @ 3010");
  await place(it.exchange, bob, "buy 1 @ 2900");
  const { order } = await place(it.exchange, bob, "buy 1 @ 2950");
  await it.exchange.cancel(bob, order.id);
  return { it, reconciliation: open(it, it.database), [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() };
}

function open(it: TestExchange, database: Database): Reconciliation {
  return createReconciliation({ database, clock: systemClock, logger: it.log.logger });
}

/** What no application role may do; the drill `ledger.tamper` and failing hardware may. */
async function tamper({ it }: Books, text: string): Promise<void> {
  await it.test.database.transaction(async (transaction) => {
    await transaction.execute(sql`set local session_replication_role = replica`);
    await transaction.execute({ text, values: [] });
  });
}

async function switches({ it }: Books): Promise<[trading: boolean, withdrawals: boolean]> {
  const flags = await readFlags(it.database);
  return [flags.isEnabled("trading"), flags.isEnabled("withdrawals")];
}

test("books of an exchange that was used agree to the unit, and nothing is switched off", async () => {
  await using books = await startBooks();
  const report = await books.reconciliation.run({ chain: "first" });
  deepEqual([report.verdict, report.reconciled, report.mismatches], ["reconciled", true, []]);
  ok(report.journal_position > 5);
  deepEqual(await switches(books), [true, true]);
  equal((await requireReconciled(books.it.database)).ok, true);
});

test("one unit on one balance stops trading and withdrawals in the commit that stores the report", async () => {
  await using books = await startBooks();
  await tamper(
    books,
    `update ledger_accounts set credits_posted = credits_posted + 1
    where owner = 'cus_alice' and code = 'customer' and asset = 'ETH'`,
  );
  const report = await books.reconciliation.run();
  equal(report.verdict, "mismatch");
  const found = report.mismatches.map(({ check, asset, user_id, difference }) => [check, asset, user_id, difference]);
  deepEqual(found, [
    ["R1", "ETH", null, "1"],
    ["R2", "ETH", "cus_alice", "1"],
  ]);
  deepEqual(await switches(books), [false, false]);
  deepEqual(await requireReconciled(books.it.database), { ok: false, refusal: { code: "NOT_RECONCILED" } });
  const refused = await books.it.exchange.submit(bob, limit("buy 0.1 @ 2900"));
  equal(!refused.ok && refused.refusal.code, "TRADING_DISABLED");
  ok(books.it.log.lines.some(({ message }) => message === "RECONCILIATION_MISMATCH"));
});

const TAMPERINGS = {
  "R1: a changed row of the journal": [
    "R1",
    "update ledger_transfers set metadata = '{\"a\":1}' where sequence = 2",
    2,
  ],
  "R2: balances that the journal does not explain, though their sums agree": [
    "R2",
    `update ledger_accounts set debits_posted = debits_posted + 1, credits_posted = credits_posted + 1
      where owner = 'cus_bob' and asset = 'USDT' and code = 'customer'`,
    null,
  ],
  "R3: an order that sets aside more than the ledger holds": [
    "R3",
    "update orders set reserve = reserve + 1 where status = 'new'",
    null,
  ],
  "R4: an order that the engine does not know": [
    "R4",
    "update orders set remaining_lots = remaining_lots - 1 where status = 'new'",
    null,
  ],
} as const;

for (const [what, [check, text, firstSequence]] of Object.entries(TAMPERINGS)) {
  test(`${what} is found`, async () => {
    await using books = await startBooks();
    await tamper(books, text);
    const report = await books.reconciliation.run({ chain: "first" });
    const found = report.mismatches.find((mismatch) => mismatch.check === check);
    deepEqual([found?.check, found?.first_sequence], [check, firstSequence]);
    deepEqual(await switches(books), [false, false]);
  });
}

test("R2: the first row that does not follow from the ones before is named", async () => {
  await using books = await startBooks();
  await tamper(books, "update ledger_transfers set amount = amount + 1 where sequence = 1");
  const report = await books.reconciliation.run();
  const found = report.mismatches.filter((mismatch) => mismatch.check === "R2");
  ok(found.length >= 2);
  for (const mismatch of found) equal(mismatch.first_sequence, 1);
});

test("callers at the same time share one run, also from another process", async () => {
  await using books = await startBooks();
  const elsewhere = open(books.it, books.it.database);
  const [first, second, third] = await Promise.all([
    books.reconciliation.run(),
    books.reconciliation.run(),
    elsewhere.run(),
  ]);
  equal(first.report_id, second.report_id);
  equal(first.report_id, third.report_id);
  equal((await elsewhere.reports(10)).length, 1);
  deepEqual(await elsewhere.report(first.report_id), first);
  equal(await elsewhere.report("rec_999"), undefined);
});

test("who wants the whole chain looked at does not join a run that looks at its end only", async () => {
  await using books = await startBooks();
  const run = books.reconciliation.run();
  const begun = sql`select from reconciliation_reports_number_seq where is_called`;
  await until(async () => (await books.it.test.database.query(begun)).length === 1);
  const [ends, whole, joined] = await Promise.all([
    run,
    books.reconciliation.run({ chain: "first" }),
    books.reconciliation.run(),
  ]);
  deepEqual([ends.report_id, whole.report_id, joined.report_id], ["rec_1", "rec_2", "rec_2"]);
});

test("a check that could not be made is inconclusive: nothing is switched off, and nothing may be switched on", async () => {
  await using books = await startBooks();
  const { database } = books.it;
  const failing: Database = Object.create(database, {
    transaction: {
      value: ((work, options) =>
        options?.readOnly
          ? Promise.reject(new Failure("DATABASE_UNAVAILABLE", { retryable: true }))
          : database.transaction(work, options)) satisfies Database["transaction"],
    },
    query: { value: database.query.bind(database) },
  });
  const report = await open(books.it, failing).run();
  deepEqual([report.verdict, report.reconciled], ["inconclusive", false]);
  deepEqual(await switches(books), [true, true]);
  equal((await requireReconciled(database)).ok, false);
  equal((await books.reconciliation.run()).verdict, "reconciled");
  equal((await requireReconciled(database)).ok, true);
});

test("reports cannot be changed by the application", async () => {
  await using books = await startBooks();
  await books.reconciliation.run();
  const { database } = books.it;
  await rejects(database.execute(sql`update reconciliation_reports set verdict = 'reconciled'`), /permission denied/);
  await rejects(database.execute(sql`delete from reconciliation_reports`), /permission denied/);
});

test("metrics show the newest conclusive report, and fall back to zero once the books agree", async () => {
  await using books = await startBooks();
  const metrics = createMetrics({ service: "test" });
  const { database } = books.it;
  const onReport = addReconciliationMetrics(metrics, database);
  const reconciliation = createReconciliation({ database, clock: systemClock, logger: books.it.log.logger, onReport });
  ok(!(await metrics.text()).includes("reconciliation_mismatches_current{"), "unknown before the first run");
  await tamper(books, "update orders set reserve = reserve + 1 where status = 'new'");
  await reconciliation.run();
  ok((await metrics.text()).includes('reconciliation_mismatches_current{check="R3"} 1'));
  await tamper(books, "update orders set reserve = reserve - 1 where status = 'new'");
  await reconciliation.run();
  const text = await metrics.text();
  ok(text.includes('reconciliation_mismatches_current{check="R3"} 0'));
  ok(text.includes('reconciliation_runs_total{verdict="mismatch"} 1'));
});
