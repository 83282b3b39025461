import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { ZERO } from "@assay/primitives/amount";
import fc from "fast-check";
import { ACCOUNTS, type Step, steps } from "../../test/simulation/ledger-commands.ts";
import { NaiveLedger } from "../../test/simulation/naive-ledger.ts";
import { type AccountKey, type Balances, NO_BALANCES } from "./account.ts";
import { hashRow } from "./journal-hash.ts";
import { EMPTY_JOURNAL } from "./ledger-store.ts";
import type { TransferOutcome } from "./transfer.ts";
import { WorkingLedger } from "./working-ledger.ts";

const START_MS = 1_700_000_000_000;

/** A ledger held in memory only. Time stands still while commands run, as it does for the naive one. */
function openLedger(): WorkingLedger {
  const ledger = new WorkingLedger({ position: 0, recordedAtUs: 0, lastAccountId: 0n }, START_MS);
  for (const key of ACCOUNTS) ledger.addNewAccount(key);
  return ledger;
}

function nameOf(outcome: TransferOutcome): string {
  if (!outcome.ok) return outcome.refusal.code;
  return outcome.replayed ? "replayed" : "accepted";
}

function balancesOf(ledger: WorkingLedger, key: AccountKey): Balances {
  const { debitsPending, debitsPosted, creditsPending, creditsPosted } = ledger.account(key) ?? NO_BALANCES;
  return { debitsPending, debitsPosted, creditsPending, creditsPosted };
}

/** Runs the steps that do not wait; expiry has its own test. */
function run(ledger: WorkingLedger, day: readonly Step[], check: (naive: NaiveLedger) => void = () => undefined): void {
  const naive = new NaiveLedger();
  for (const step of day) {
    if (step.do === "post") {
      equal(nameOf(ledger.apply(step.command)), naive.post(step.command, START_MS));
    } else if (step.do === "link") {
      const outcomes = ledger.applyLinked(step.commands);
      equal(
        outcomes.every((outcome) => outcome.ok),
        naive.postLinked(step.commands, START_MS),
      );
      ok(outcomes.every((it) => it.ok) || outcomes.every((it) => !it.ok), "all or none");
    }
    check(naive);
  }
}

test("L3, L4, L5, L6, L8: the ledger answers and holds what a naive one does", () => {
  fc.assert(
    fc.property(steps, (day) => {
      const ledger = openLedger();
      run(ledger, day, (naive) => {
        equal(ledger.rows.length, naive.size);
        for (const key of ACCOUNTS) deepEqual(balancesOf(ledger, key), naive.balances(key));
      });
    }),
    { numRuns: 150 },
  );
});

test("L1, L3, L10: debits equal credits in every asset, and no customer goes below zero", () => {
  fc.assert(
    fc.property(steps, (day) => {
      const ledger = openLedger();
      run(ledger, day, () => {
        for (const asset of new Set(ACCOUNTS.map((key) => key.asset))) {
          const accounts = ACCOUNTS.filter((key) => key.asset === asset).map((key) => balancesOf(ledger, key));
          const sum = (name: keyof Balances) => accounts.reduce((total, balances) => total + balances[name], 0n);
          equal(sum("debitsPosted"), sum("creditsPosted"));
          equal(sum("debitsPending"), sum("creditsPending"));
        }
        for (const key of ACCOUNTS.filter((it) => it.code !== "house")) {
          const { creditsPosted, debitsPosted, debitsPending } = balancesOf(ledger, key);
          ok(creditsPosted - debitsPosted - debitsPending >= 0n);
        }
      });
    }),
    { numRuns: 100 },
  );
});

test("L2: versions have no gap, times only grow, and each balance follows from the one before", () => {
  fc.assert(
    fc.property(steps, (day) => {
      const ledger = openLedger();
      run(ledger, day);
      const versions = new Map<string, number>();
      let lastUs = 0;
      ledger.rows.forEach(({ transfer, debit, credit }, index) => {
        equal(transfer.sequence, index + 1);
        ok(transfer.recordedAtUs > lastUs);
        lastUs = transfer.recordedAtUs;
        for (const account of [debit, credit]) {
          equal(account.version, (versions.get(account.key) ?? 0) + 1);
          versions.set(account.key, account.version);
        }
      });
      for (const key of ACCOUNTS) {
        const account = ledger.account(key)!;
        equal(account.version, versions.get(account.key) ?? 0);
        if (account.version === 0) equal(account.creditsPosted, ZERO);
      }
    }),
    { numRuns: 100 },
  );
});

test("L4: a pending transfer ends once, and never by a post after its timeout", () => {
  fc.assert(
    fc.property(steps, (day) => {
      const naive = new NaiveLedger();
      let ledger = openLedger();
      let nowMs = START_MS;
      for (const step of day) {
        if (step.do === "wait") {
          nowMs += step.ms;
          ledger = reopenAt(ledger, nowMs);
          const overdue = ledger.rows.filter(({ transfer }) => ledger.expire(transfer).ok);
          equal(overdue.length, naive.expireOverdue(nowMs));
        } else if (step.do === "post") {
          equal(nameOf(ledger.apply(step.command)), naive.post(step.command, nowMs));
        }
      }
      const ends = ledger.rows.flatMap(({ transfer }) => transfer.pendingId ?? []);
      equal(new Set(ends).size, ends.length);
      for (const key of ACCOUNTS) deepEqual(balancesOf(ledger, key), naive.balances(key));
    }),
    { numRuns: 100 },
  );
});

/** The same ledger at a later time. Rows of one instant are microseconds apart, so whole seconds compare exactly. */
function reopenAt(ledger: WorkingLedger, nowMs: number): WorkingLedger {
  const later = new WorkingLedger({ position: 0, recordedAtUs: 0, lastAccountId: 0n }, nowMs);
  later.rows.push(...ledger.rows);
  for (const key of ACCOUNTS) later.addAccount(ledger.account(key)!);
  for (const { transfer } of ledger.rows) {
    later.addTransfer(transfer);
    if (transfer.pendingId !== undefined) later.addEnd(transfer.pendingId, transfer.kind);
    if (transfer.reverses !== undefined) later.addReversed(transfer.reverses, ledger.reversedAmount(transfer.reverses));
  }
  return later;
}

test("L7: a change of any field of a row changes its hash", () => {
  fc.assert(
    fc.property(steps, fc.nat(), (day, pick) => {
      const ledger = openLedger();
      run(ledger, day);
      const row = ledger.rows[pick % Math.max(1, ledger.rows.length)];
      if (row === undefined) return;
      const hash = hashRow(EMPTY_JOURNAL.hash, row).toString();
      const fields = Object.entries(row.transfer).flatMap(([field, value]) =>
        value === undefined || HASHED_WITH_THE_ACCOUNTS.has(field) ? [] : [field],
      );
      for (const field of fields) {
        const changed = { ...row, transfer: { ...row.transfer, [field]: otherThan(row.transfer[field as never]) } };
        ok(hashRow(EMPTY_JOURNAL.hash, changed).toString() !== hash, field);
      }
      for (const field of [
        "id",
        "key",
        "version",
        "debitsPending",
        "debitsPosted",
        "creditsPending",
        "creditsPosted",
      ] as const) {
        const changed = { ...row, debit: { ...row.debit, [field]: otherThan(row.debit[field]) } };
        ok(hashRow(EMPTY_JOURNAL.hash, changed).toString() !== hash, field);
      }
    }),
    { numRuns: 50 },
  );
});

const HASHED_WITH_THE_ACCOUNTS = new Set(["debit", "credit", "debitAccountId", "creditAccountId"]);
const OTHER_KIND: Readonly<Record<string, string>> = { posted: "pending", pending: "posted" };

function otherThan(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return value + 1n;
    case "number":
      return value + 1;
    case "boolean":
      return !value;
    case "string":
      return OTHER_KIND[value] ?? (value.endsWith("_pending") ? "posted" : `${value}x`);
    default:
      return value instanceof Uint8Array ? value.map((byte) => byte ^ 1) : { changed: true };
  }
}
