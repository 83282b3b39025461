import { type Amount, addAmounts, ZERO } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import { type AccountKey, accountKeyText, type LedgerAccount, openAccount } from "./account.ts";
import { applyTransfer } from "./apply-transfer.ts";
import { inputHashOf } from "./journal-hash.ts";
import { type JournalRow, type Judgement, type LedgerView, refuseTransfer } from "./judgement.ts";
import { expirePendingTransfer, expiryCommand } from "./pending-transfer.ts";
import type { LedgerTransfer, TransferCommand, TransferId, TransferKind, TransferOutcome } from "./transfer.ts";

/** Where the journal ends. An empty journal has position 0. */
export interface JournalTail {
  readonly position: number;
  readonly recordedAtUs: number;
  readonly lastAccountId: bigint;
}

/**
 * The part of the ledger a batch works on, in memory: what the store loaded, and what the commands made of it. The same
 * class judges commands in the store, in the simulator and in the property tests; only where the rows go differs.
 */
export class WorkingLedger implements LedgerView {
  /** Rows made so far, in journal order. */
  readonly rows: JournalRow<LedgerAccount>[] = [];
  readonly #accounts = new Map<string, LedgerAccount>();
  /** Accounts that rows touched, as they were before. */
  readonly #before = new Map<string, LedgerAccount>();
  readonly #opened = new Map<string, LedgerAccount>();
  readonly #transfers = new Map<TransferId, LedgerTransfer>();
  readonly #ends = new Map<TransferId, TransferKind>();
  readonly #reversed = new Map<TransferId, Amount>();
  readonly #tail: JournalTail;
  readonly #startUs: number;
  #lastUs: number;
  #undo: (() => void)[] | undefined;

  /** @param nowMs the time by the clock; rows are recorded later than every row before them whatever it says. */
  constructor(tail: JournalTail, nowMs: number) {
    this.#tail = tail;
    this.#startUs = nowMs * 1_000;
    this.#lastUs = tail.recordedAtUs;
  }

  get nowUs(): number {
    return Math.max(this.#startUs, this.#lastUs + 1);
  }

  get sequence(): number {
    return this.#tail.position + this.rows.length + 1;
  }

  has(key: AccountKey): boolean {
    return this.#accounts.has(accountKeyText(key));
  }

  account(key: AccountKey): LedgerAccount | undefined {
    return this.#accounts.get(accountKeyText(key));
  }

  transfer(id: TransferId): LedgerTransfer | undefined {
    return this.#transfers.get(id);
  }

  endOf(pendingId: TransferId): TransferKind | undefined {
    return this.#ends.get(pendingId);
  }

  reversedAmount(id: TransferId): Amount {
    return this.#reversed.get(id) ?? ZERO;
  }

  addAccount(account: LedgerAccount): void {
    assert(!this.#accounts.has(account.key), "an account is loaded once");
    this.#accounts.set(account.key, account);
  }

  /** An account that no row has touched yet; it is written only if one does. */
  addNewAccount(key: AccountKey): void {
    const id = this.#tail.lastAccountId + BigInt(this.#opened.size) + 1n;
    const account = openAccount(id, key);
    this.addAccount(account);
    this.#opened.set(account.key, account);
  }

  addTransfer(transfer: LedgerTransfer): void {
    this.#transfers.set(transfer.id, transfer);
  }

  addEnd(pendingId: TransferId, end: TransferKind): void {
    this.#ends.set(pendingId, end);
  }

  addReversed(id: TransferId, amount: Amount): void {
    this.#reversed.set(id, amount);
  }

  apply(command: TransferCommand): TransferOutcome {
    if (command.flags?.linked) return refuseTransfer(command, "LINKED_EVENT_CHAIN_OPEN");
    return this.#record(applyTransfer(this, command, inputHashOf(command)));
  }

  /** All or none. Every command but the last is marked `linked`. */
  applyLinked(commands: readonly TransferCommand[]): readonly TransferOutcome[] {
    const chain = commands.map((command, index) => ({
      ...command,
      flags: { ...command.flags, linked: index < commands.length - 1 },
    }));
    const outcomes: TransferOutcome[] = [];
    this.#undo = [];
    for (const command of chain) {
      const outcome = this.#record(applyTransfer(this, command, inputHashOf(command)));
      outcomes.push(outcome);
      if (!outcome.ok) break;
    }
    const failed = outcomes.at(-1)?.ok === false ? outcomes.length - 1 : undefined;
    if (failed !== undefined) for (const undo of this.#undo.reverse()) undo();
    this.#undo = undefined;
    if (failed === undefined) return outcomes;
    return chain.map((command, index) =>
      index === failed ? outcomes[failed]! : refuseTransfer(command, "LINKED_EVENT_FAILED"),
    );
  }

  /** Gives back what an overdue pending transfer holds. */
  expire(pending: LedgerTransfer): TransferOutcome {
    const debit = this.account(pending.debit);
    const credit = this.account(pending.credit);
    assert(debit !== undefined && credit !== undefined, "the accounts of a pending transfer exist");
    const inputHash = inputHashOf(expiryCommand(pending));
    return this.#record(expirePendingTransfer(this, { pending, debit, credit, inputHash }));
  }

  /** What the rows did: the accounts they touched before and after, by id, and where the journal then ends. */
  changes(): LedgerChanges {
    const accounts = Array.from(this.#before.values(), (before) => ({
      before,
      after: this.#accounts.get(before.key)!,
    }));
    accounts.sort((left, right) => (left.before.id < right.before.id ? -1 : 1));
    const opened = [...this.#opened.values()].filter((account) => this.#before.has(account.key));
    const tail = {
      position: this.#tail.position + this.rows.length,
      recordedAtUs: this.#lastUs,
      lastAccountId: opened.at(-1)?.id ?? this.#tail.lastAccountId,
    };
    return { opened, accounts, tail };
  }

  #record(judgement: Judgement): TransferOutcome {
    if (!judgement.ok) return judgement;
    if (judgement.replayed) return { ok: true, value: judgement.transfer, replayed: true };
    const { row } = judgement;
    this.#addRow(row);
    return { ok: true, value: row.transfer, replayed: false };
  }

  #addRow(row: JournalRow<LedgerAccount>): void {
    const { transfer, debit, credit } = row;
    const lastUs = this.#lastUs;
    this.#setAccount(debit);
    this.#setAccount(credit);
    this.#set(this.#transfers, transfer.id, transfer);
    if (transfer.pendingId !== undefined) this.#set(this.#ends, transfer.pendingId, transfer.kind);
    if (transfer.reverses !== undefined) {
      this.#set(this.#reversed, transfer.reverses, addAmounts(this.reversedAmount(transfer.reverses), transfer.amount));
    }
    this.rows.push(row);
    this.#lastUs = transfer.recordedAtUs;
    this.#undo?.push(() => {
      this.rows.pop();
      this.#lastUs = lastUs;
    });
  }

  #setAccount(account: LedgerAccount): void {
    if (!this.#before.has(account.key)) this.#set(this.#before, account.key, this.#accounts.get(account.key)!);
    this.#set(this.#accounts, account.key, account);
  }

  #set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    if (this.#undo !== undefined) {
      const before = map.get(key);
      this.#undo.push(() => (before === undefined ? map.delete(key) : map.set(key, before)));
    }
    map.set(key, value);
  }
}

export interface AccountChange {
  readonly before: LedgerAccount;
  readonly after: LedgerAccount;
}

export interface LedgerChanges {
  readonly opened: readonly LedgerAccount[];
  readonly accounts: readonly AccountChange[];
  readonly tail: JournalTail;
}
