import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, before, test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { createMetrics } from "@assay/platform/metrics/metrics";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { toInstant } from "@assay/primitives/instant";
import type { AccountKey } from "./account.ts";
import { FULL_AMOUNT } from "./judgement.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { readJournalPosition } from "./ledger-reads.ts";
import { alice, bob, ETH, MIGRATIONS, transfer } from "./ledger-test-kit.ts";
import { type TransferCommand, toTransferId } from "./transfer.ts";

let database: TestDatabase;
let ledger: Ledger;
let other: Ledger;
let customers = 0;

before(async () => {
  database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  ledger = createLedger({ database: database.app, clock: systemClock });
  other = createLedger({ database: database.app, clock: systemClock });
});
after(async () => {
  await ledger[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** A customer of this test's own, with money. */
async function customer(units: bigint): Promise<AccountKey> {
  customers += 1;
  const key: AccountKey = { ...alice, owner: `usr_${customers}` };
  await post(transfer(`fund:${customers}`, { credit: key, units }));
  return key;
}

async function post(command: TransferCommand, by: Ledger = ledger): Promise<string> {
  const [outcome] = await by.post([command]);
  if (!outcome?.ok) return outcome?.refusal.code ?? "nothing";
  return outcome.replayed ? "replayed" : "accepted";
}

async function postedOf(key: AccountKey): Promise<bigint> {
  const { creditsPosted, debitsPosted } = await ledger.balance(key);
  return creditsPosted - debitsPosted;
}

test("a transfer moves value, and its row holds both accounts after it", async () => {
  const carol = await customer(100n);
  equal(await post(transfer("move", { debit: carol, credit: bob, units: 30n })), "accepted");
  equal(await postedOf(carol), 70n);
  const [row] = await database.app.query<{ version: string; left: string }>(sql`
    select debit_version as version, debit_credits_posted - debit_debits_posted as left
      from ledger_transfers where id = 'move'`);
  deepEqual(row, { version: "2", left: "70" });
});

test("L5: the same command again answers the same and moves nothing, whichever process it reaches", async () => {
  const carol = await customer(100n);
  const command = transfer("twice", { debit: carol, credit: bob, units: 100n });
  equal(await post(command), "accepted");
  equal(await post(command), "replayed", "though Carol has nothing left");
  equal(await post(command, other), "replayed");
  equal(await postedOf(carol), 0n);
});

test("L5: a repeat that today's rules would refuse is recognised also among new commands of one batch", async () => {
  const carol = await customer(100n);
  const spent = transfer("spent", { debit: carol, credit: bob, units: 100n });
  equal(await post(spent), "accepted");
  const fresh = transfer("fresh", { credit: bob });
  deepEqual(await Promise.all([post(fresh), post(spent)]), ["accepted", "replayed"]);
});

test("L5: the same id for something else is refused, and the refusal names the field", async () => {
  await post(transfer("taken", { metadata: { note: "first" } }));
  const answers = await Promise.all([
    post(transfer("taken", { units: 101n, metadata: { note: "first" } })),
    post(transfer("taken", { credit: bob, metadata: { note: "first" } })),
    post(transfer("taken", { code: "deposit", metadata: { note: "first" } })),
    post(transfer("taken", { metadata: { note: "second" } })),
    post(transfer("taken", { metadata: { note: "first" }, correlationId: "other" }), other),
  ]);
  deepEqual(answers, [
    "EXISTS_WITH_DIFFERENT_AMOUNT",
    "EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID",
    "EXISTS_WITH_DIFFERENT_CODE",
    "EXISTS_WITH_DIFFERENT_METADATA",
    "EXISTS_WITH_DIFFERENT_CORRELATION_ID",
  ]);
});

test("a command that was refused may be sent again once it is possible", async () => {
  const carol = await customer(10n);
  const command = transfer("later", { debit: carol, credit: bob, units: 50n });
  equal(await post(command), "EXCEEDS_CREDITS");
  await post(transfer("topped-up", { credit: carol, units: 40n }));
  equal(await post(command), "accepted");
});

test("L8: linked commands are all posted or none", async () => {
  const carol = await customer(100n);
  const chain = (id: string, units: bigint) => [
    transfer(`${id}:1`, { debit: carol, credit: bob, units: 60n }),
    transfer(`${id}:2`, { debit: carol, credit: bob, units }),
  ];
  const refused = await ledger.post(chain("chain-a", 60n));
  deepEqual(
    refused.map((outcome) => !outcome.ok && outcome.refusal.code),
    ["LINKED_EVENT_FAILED", "EXCEEDS_CREDITS"],
  );
  equal(await postedOf(carol), 100n);
  ok((await ledger.post(chain("chain-b", 40n))).every((outcome) => outcome.ok));
  equal(await postedOf(carol), 0n);
});

test("L4: a hold is posted in part once, and the rest is released", async () => {
  const carol = await customer(100n);
  const hold = transfer("hold", { debit: carol, credit: bob, units: 80n, flags: { pending: true } });
  const end = (id: string, units: bigint, flags: TransferCommand["flags"]) =>
    transfer(id, { debit: carol, credit: bob, units, flags: flags ?? {}, pendingId: hold.id });
  equal(await post(hold), "accepted");
  equal(await post(transfer("too-much", { debit: carol, credit: bob, units: 21n })), "EXCEEDS_CREDITS");
  equal(await post(end("over", 81n, { postPending: true })), "EXCEEDS_PENDING_TRANSFER_AMOUNT");
  equal(await post(end("part", 50n, { postPending: true })), "accepted");
  equal(await post(end("again", FULL_AMOUNT, { postPending: true })), "PENDING_TRANSFER_ALREADY_POSTED");
  equal(await post(end("void", 0n, { voidPending: true }), other), "PENDING_TRANSFER_ALREADY_POSTED");
  equal((await ledger.account(carol))?.debitsPending, 0n);
  equal(await postedOf(carol), 50n);
});

test("L4: a hold past its timeout cannot be posted even before the sweep has ended it", async () => {
  const carol = await customer(100n);
  const hold = transfer("short", { debit: carol, credit: bob, units: 80n, flags: { pending: true }, timeoutMs: 1 });
  equal(await post(hold), "accepted");
  const late = { ...hold, id: toTransferId("late"), flags: { postPending: true }, pendingId: hold.id, timeoutMs: 0 };
  while (systemClock.now() * 1_000 <= (await ledger.transfer(hold.id))!.recordedAtUs + 1_000)
    await systemClock.sleep(1);
  equal(await post(late), "PENDING_TRANSFER_EXPIRED");
  equal((await ledger.account(carol))?.debitsPending, 80n);
  equal(await ledger.expireOverdue(), 1);
  equal(await ledger.expireOverdue(), 0);
  equal((await ledger.account(carol))?.debitsPending, 0n);
  equal(await post(late), "PENDING_TRANSFER_EXPIRED");
});

test("L6: a reversal mirrors its transfer and never gives back more than moved", async () => {
  const carol = await customer(100n);
  const original = transfer("original", { debit: carol, credit: bob, units: 60n });
  await post(original);
  const reverse = (id: string, units: bigint) =>
    transfer(id, { debit: bob, credit: carol, units, code: "reversal", reverses: original.id });
  equal(await post({ ...reverse("wrong-way", 10n), debit: carol, credit: bob }), "REVERSAL_MUST_MIRROR_TRANSFER");
  equal(await post(reverse("half", 40n)), "accepted");
  equal(await post(reverse("rest", 21n), other), "EXCEEDS_REVERSED_TRANSFER_AMOUNT");
  equal(await post(reverse("rest", 20n)), "accepted");
  equal(await postedOf(carol), 100n);
});

test("L10: an asset is never moved into an account of another", async () => {
  const command = transfer("mixed", { credit: { ...alice, asset: ETH } });
  equal(await post(command), "ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER");
});

test("a closed account takes no transfer, also from a process that remembers it open", async () => {
  const carol = await customer(100n);
  const hold = transfer("held", { debit: carol, credit: bob, units: 10n, flags: { pending: true } });
  await post(hold);
  equal(await other.setClosed(carol, true), true);
  equal(await post(transfer("from-closed", { debit: carol, credit: bob, units: 1n })), "DEBIT_ACCOUNT_ALREADY_CLOSED");
  equal(await post(transfer("to-closed", { credit: carol, units: 1n })), "CREDIT_ACCOUNT_ALREADY_CLOSED");
  const voided = { ...hold, id: toTransferId("voided"), flags: { voidPending: true }, pendingId: hold.id };
  equal(await post(voided), "accepted");
});

test("L9: a back-dated row counts from its effective date, and what was recorded before stays as it was", async () => {
  const carol = await customer(100n);
  const beforeMs = (await ledger.transfer(toTransferId(`fund:${customers}`)))!.recordedAtUs / 1_000;
  const dayBefore = toInstant(Math.floor(beforeMs) - 86_400_000);
  const at = toInstant(Math.floor(beforeMs) + 1);
  while (systemClock.now() <= at) await systemClock.sleep(1);
  equal(await post(transfer("plain", { credit: carol, effectiveAt: dayBefore })), "EFFECTIVE_AT_NOT_ALLOWED");
  const late = transfer("adjusted", { credit: carol, units: 7n, code: "admin_adjustment", effectiveAt: dayBefore });
  equal(await post(late), "accepted");
  equal((await ledger.balance(carol, { at, view: "recorded" })).creditsPosted, 100n);
  equal((await ledger.balance(carol, { at, view: "effective" })).creditsPosted, 107n);
  equal((await ledger.balance(carol, { at: dayBefore })).creditsPosted, 7n);
  equal((await ledger.balance(carol, { at: dayBefore, view: "recorded" })).creditsPosted, 0n);
  equal((await ledger.balance(carol)).creditsPosted, 107n);
});

test("an account's transfers come newest first, in pages", async () => {
  const carol = await customer(100n);
  for (const number of [1, 2, 3]) await post(transfer(`page:${number}`, { debit: carol, credit: bob, units: 1n }));
  const first = await ledger.transfers({ account: carol, limit: 3 });
  deepEqual(
    first.map((row) => row.id),
    ["page:3", "page:2", "page:1"],
  );
  const next = await ledger.transfers({ account: carol, before: first.at(-1)!.sequence });
  deepEqual(
    next.map((row) => row.id),
    [`fund:${customers}`],
  );
});

test("L12: each commit leaves one notice of exactly its rows", async () => {
  await database.database.execute(sql`delete from outbox`);
  await Promise.all([1, 2, 3].map((number) => post(transfer(`noticed:${number}`))));
  await post(transfer("refused", { debit: bob, credit: alice, units: 10n ** 30n }));
  const rows = await database.app.query<{ first: string; last: string }>(sql`
    select payload->>'first_sequence' as first, payload->>'last_sequence' as last from outbox order by id`);
  const noticed = rows.reduce((sum, { first, last }) => sum + Number(last) - Number(first) + 1, 0);
  equal(noticed, 3);
  equal(Number(rows.at(-1)?.last), (await ledger.transfer(toTransferId("noticed:3")))?.sequence);
});

test("L7: the application can change the journal only by appending to it", async () => {
  for (const statement of [
    "update ledger_transfers set amount = 1",
    "delete from ledger_transfers",
    "truncate ledger_transfers",
  ]) {
    await rejects(database.app.execute({ text: statement, values: [] }), /permission denied/);
    await rejects(database.database.execute({ text: statement, values: [] }), /append-only/);
  }
  await rejects(database.app.execute(sql`update ledger_accounts set credits_posted = 1`), /permission denied/);
});

test("the journal's position counts what was committed, not what was refused or repeated", async () => {
  const metrics = createMetrics({ service: "test" });
  await using counted = createLedger({ database: database.app, clock: systemClock, metrics });
  await counted.post([transfer("counted")]);
  await counted.post([transfer("counted")]);
  await counted.post([transfer("uncounted", { debit: bob, credit: alice, units: 10n ** 30n })]);
  equal(await readJournalPosition(database.app), counted.position());
  equal((await metrics.json()).histograms.ledger_batch_commands?.count, 3);
});
