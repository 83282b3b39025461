import { type AccountKey, accountKeyText } from "../../src/ledger/account.ts";
import type { TransferCommand, TransferRefusalCode } from "../../src/ledger/transfer.ts";

/** What the naive ledger remembers: a list. Everything else is worked out from it each time. */
interface Fact {
  readonly command: TransferCommand;
  readonly kind: "posted" | "pending" | "post" | "void" | "expire";
  readonly amount: bigint;
  readonly expiresAtMs: number;
}

export interface NaiveBalances {
  readonly debitsPending: bigint;
  readonly debitsPosted: bigint;
  readonly creditsPending: bigint;
  readonly creditsPosted: bigint;
}

const FULL = (1n << 127n) - 1n;

/** The rules of the ledger written as plainly as possible, to compare the real one with. Slow, in memory, no linked chains. */
export class NaiveLedger {
  #facts: Fact[] = [];

  get size(): number {
    return this.#facts.length;
  }

  balances(key: AccountKey): NaiveBalances {
    const sum = { debitsPending: 0n, debitsPosted: 0n, creditsPending: 0n, creditsPosted: 0n };
    for (const { command, kind, amount } of this.#facts) {
      const held = this.#find(command.pendingId)?.amount ?? 0n;
      for (const [account, pending, posted] of [
        [command.debit, "debitsPending", "debitsPosted"],
        [command.credit, "creditsPending", "creditsPosted"],
      ] as const) {
        if (accountKeyText(account) !== accountKeyText(key)) continue;
        if (kind === "posted" || kind === "post") sum[posted] += amount;
        if (kind === "pending") sum[pending] += amount;
        if (kind === "post" || kind === "void" || kind === "expire") sum[pending] -= held;
      }
    }
    return sum;
  }

  /** "accepted", "replayed" or the refusal. */
  post(command: TransferCommand, nowMs: number): "accepted" | "replayed" | TransferRefusalCode {
    const before = this.#find(command.id);
    if (before !== undefined)
      return isSame(before.command, command) ? "replayed" : differenceOf(before.command, command);
    const { postPending, voidPending, pending } = command.flags ?? {};
    const answer = postPending || voidPending ? this.#end(command, nowMs) : this.#move(command);
    if (typeof answer === "string") return answer;
    const kind = postPending ? "post" : voidPending ? "void" : pending ? "pending" : "posted";
    const expiresAtMs = command.timeoutMs ? nowMs + command.timeoutMs : Number.POSITIVE_INFINITY;
    this.#facts.push({ command, kind, amount: answer, expiresAtMs });
    return "accepted";
  }

  postLinked(commands: readonly TransferCommand[], nowMs: number): boolean {
    const saved = [...this.#facts];
    const linked = commands.map((it, index) => ({
      ...it,
      flags: { ...it.flags, linked: index < commands.length - 1 },
    }));
    const isDone = linked.every((command) => ["accepted", "replayed"].includes(this.post(command, nowMs)));
    if (!isDone) this.#facts = saved;
    return isDone;
  }

  expireOverdue(nowMs: number): number {
    const overdue = this.#facts.filter((it) => it.kind === "pending" && it.expiresAtMs <= nowMs && !this.#isEnded(it));
    for (const { command, amount } of overdue) {
      const end = { ...command, id: `expire:${command.id}` as TransferCommand["id"], pendingId: command.id };
      this.#facts.push({ command: end, kind: "expire", amount, expiresAtMs: Number.POSITIVE_INFINITY });
    }
    return overdue.length;
  }

  #find(id: string | undefined): Fact | undefined {
    return this.#facts.find((fact) => fact.command.id === id);
  }

  #isEnded(pending: Fact): Fact | undefined {
    return this.#facts.find((fact) => fact.command.pendingId === pending.command.id);
  }

  #move(command: TransferCommand): bigint | TransferRefusalCode {
    const debit = this.balances(command.debit);
    const credit = this.balances(command.credit);
    const original = this.#find(command.reverses);
    if (command.reverses !== undefined) {
      if (original === undefined) return "REVERSED_TRANSFER_NOT_FOUND";
      if (original.kind !== "posted" && original.kind !== "post") return "REVERSED_TRANSFER_NOT_POSTED";
      const isMirror =
        accountKeyText(original.command.debit) === accountKeyText(command.credit) &&
        accountKeyText(original.command.credit) === accountKeyText(command.debit);
      if (!isMirror) return "REVERSAL_MUST_MIRROR_TRANSFER";
      const reversed = this.#facts.filter((it) => it.command.reverses === command.reverses);
      if (reversed.reduce((sum, it) => sum + it.amount, 0n) + command.amount > original.amount) {
        return "EXCEEDS_REVERSED_TRANSFER_AMOUNT";
      }
    }
    let amount: bigint = command.amount;
    const available = debit.creditsPosted - debit.debitsPosted - debit.debitsPending;
    const owed = credit.debitsPosted - credit.creditsPosted - credit.creditsPending;
    if (command.flags?.balancingDebit) amount = least(amount, available);
    if (command.flags?.balancingCredit) amount = least(amount, owed);
    if (isCustomer(command.debit) && amount > available) return "EXCEEDS_CREDITS";
    return amount;
  }

  #end(command: TransferCommand, nowMs: number): bigint | TransferRefusalCode {
    const pending = this.#find(command.pendingId);
    if (pending === undefined) return "PENDING_TRANSFER_NOT_FOUND";
    if (pending.kind !== "pending") return "PENDING_TRANSFER_NOT_PENDING";
    if (accountKeyText(pending.command.debit) !== accountKeyText(command.debit)) {
      return "PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID";
    }
    if (accountKeyText(pending.command.credit) !== accountKeyText(command.credit)) {
      return "PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID";
    }
    const isFull = command.flags?.voidPending ? command.amount === 0n : command.amount === FULL;
    const amount: bigint = isFull ? pending.amount : command.amount;
    if (amount > pending.amount) return "EXCEEDS_PENDING_TRANSFER_AMOUNT";
    if (command.flags?.voidPending && amount < pending.amount) return "PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT";
    const end = this.#isEnded(pending)?.kind;
    if (end === "post") return "PENDING_TRANSFER_ALREADY_POSTED";
    if (end === "void") return "PENDING_TRANSFER_ALREADY_VOIDED";
    return end === "expire" || pending.expiresAtMs <= nowMs ? "PENDING_TRANSFER_EXPIRED" : amount;
  }
}

function isCustomer(key: AccountKey): boolean {
  return key.code === "customer" || key.code === "customer_orders";
}

function least(amount: bigint, limit: bigint): bigint {
  if (limit <= 0n) return 0n;
  return amount < limit ? amount : limit;
}

function isSame(left: TransferCommand, right: TransferCommand): boolean {
  return differenceOf(left, right) === "EXISTS_WITH_DIFFERENT_EFFECTIVE_AT";
}

function differenceOf(left: TransferCommand, right: TransferCommand): TransferRefusalCode {
  const flags = (it: TransferCommand) =>
    JSON.stringify(
      Object.entries(it.flags ?? {})
        .filter(([, on]) => on)
        .sort(),
    );
  if (flags(left) !== flags(right)) return "EXISTS_WITH_DIFFERENT_FLAGS";
  if (left.pendingId !== right.pendingId) return "EXISTS_WITH_DIFFERENT_PENDING_ID";
  if ((left.timeoutMs ?? 0) !== (right.timeoutMs ?? 0)) return "EXISTS_WITH_DIFFERENT_TIMEOUT";
  if (accountKeyText(left.debit) !== accountKeyText(right.debit)) return "EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID";
  if (accountKeyText(left.credit) !== accountKeyText(right.credit)) return "EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID";
  if (left.amount !== right.amount) return "EXISTS_WITH_DIFFERENT_AMOUNT";
  return left.reverses !== right.reverses ? "EXISTS_WITH_DIFFERENT_REVERSES" : "EXISTS_WITH_DIFFERENT_EFFECTIVE_AT";
}
