import { AMOUNT_LIMIT, type Amount, smallerAmount, toAmount, ZERO } from "@assay/primitives/amount";
import { type AccountKey, availableOf, type LedgerAccount } from "./account.ts";
import { compareWithExisting } from "./existing-transfer.ts";
import { type Judgement, type LedgerView, type Move, refuseTransfer, writeRow } from "./judgement.ts";
import { endPendingTransfer } from "./pending-transfer.ts";
import { refuseReversal } from "./reversal.ts";
import type { TransferCode, TransferCommand, TransferKind, TransferRefusalCode } from "./transfer.ts";

const LONGEST_TIMEOUT_MS = 100 * 366 * 86_400_000;
const BACK_DATED_CODES: ReadonlySet<TransferCode> = new Set(["admin_adjustment", "legacy_import"]);

/**
 * The rules of the ledger: what `command` does to `view`, or the first rule that says no. Pure; it changes nothing.
 * The order of the rules and their names are TigerBeetle's (state_machine.zig, `create_transfer`).
 */
export function applyTransfer(view: LedgerView, command: TransferCommand, inputHash: Uint8Array): Judgement {
  const existing = view.transfer(command.id);
  if (existing !== undefined) {
    const difference = compareWithExisting(command, existing, inputHash);
    return difference === undefined
      ? { ok: true, replayed: true, transfer: existing }
      : refuseTransfer(command, difference);
  }
  const flags = command.flags ?? {};
  const refusal = refuseShape(command);
  if (refusal !== undefined) return refuseTransfer(command, refusal);
  const debit = view.account(command.debit);
  if (debit === undefined) return refuseTransfer(command, "DEBIT_ACCOUNT_NOT_FOUND");
  const credit = view.account(command.credit);
  if (credit === undefined) return refuseTransfer(command, "CREDIT_ACCOUNT_NOT_FOUND");
  return flags.postPending || flags.voidPending
    ? endPendingTransfer(view, { command, debit, credit, inputHash })
    : moveValue(view, { command, debit, credit, inputHash });
}

/** What is wrong with the command whatever the ledger holds. */
function refuseShape(command: TransferCommand): TransferRefusalCode | undefined {
  const flags = command.flags ?? {};
  const ends = flags.postPending || flags.voidPending;
  if (flags.postPending && flags.voidPending) return "FLAGS_ARE_MUTUALLY_EXCLUSIVE";
  if (ends && (flags.pending || flags.balancingDebit || flags.balancingCredit)) return "FLAGS_ARE_MUTUALLY_EXCLUSIVE";
  if (command.reverses !== undefined && (ends || flags.pending || flags.balancingDebit || flags.balancingCredit)) {
    return "FLAGS_ARE_MUTUALLY_EXCLUSIVE";
  }
  if (isSameAccount(command.debit, command.credit)) return "ACCOUNTS_MUST_BE_DIFFERENT";
  if (ends && command.pendingId === undefined) return "PENDING_ID_MUST_NOT_BE_ZERO";
  if (ends && command.pendingId === command.id) return "PENDING_ID_MUST_BE_DIFFERENT";
  if (!ends && command.pendingId !== undefined) return "PENDING_ID_MUST_BE_ZERO";
  if (!flags.pending && (command.timeoutMs ?? 0) !== 0) return "TIMEOUT_RESERVED_FOR_PENDING_TRANSFER";
  if (command.debit.asset !== command.credit.asset) return "ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER";
  return undefined;
}

function isSameAccount(left: AccountKey, right: AccountKey): boolean {
  return left.owner === right.owner && left.code === right.code && left.asset === right.asset;
}

function moveValue(view: LedgerView, move: Move): Judgement {
  const { command, debit, credit } = move;
  const refusal = refuseTiming(view, command) ?? refuseReversal(view, command);
  if (refusal !== undefined) return refuseTransfer(command, refusal);
  if (debit.closed) return refuseTransfer(command, "DEBIT_ACCOUNT_ALREADY_CLOSED");
  if (credit.closed) return refuseTransfer(command, "CREDIT_ACCOUNT_ALREADY_CLOSED");
  const amount = amountToMove(move);
  const kind: TransferKind = command.flags?.pending ? "pending" : "posted";
  const limit = refuseOverflow(move, amount, kind) ?? refuseExcess(move, amount);
  return limit === undefined ? writeRow(view, move, { kind, amount }) : refuseTransfer(command, limit);
}

function refuseTiming(view: LedgerView, { timeoutMs, effectiveAt, flags, code }: TransferCommand) {
  if ((timeoutMs ?? 0) > LONGEST_TIMEOUT_MS) return "OVERFLOWS_TIMEOUT";
  if (effectiveAt === undefined) return undefined;
  if (flags?.pending || !BACK_DATED_CODES.has(code)) return "EFFECTIVE_AT_NOT_ALLOWED";
  return effectiveAt * 1_000 > view.nowUs ? "EFFECTIVE_AT_MUST_NOT_ADVANCE" : undefined;
}

function amountToMove({ command, debit, credit }: Move): Amount {
  let amount = command.amount;
  if (command.flags?.balancingDebit) amount = smallerAmount(amount, availableOf(debit));
  if (command.flags?.balancingCredit) amount = smallerAmount(amount, owedBy(credit));
  return amount;
}

/** What a credit may still take from an account whose debits are ahead. */
function owedBy({ debitsPosted, creditsPosted, creditsPending }: LedgerAccount): Amount {
  const left = debitsPosted - creditsPosted - creditsPending;
  return left > 0n ? toAmount(left) : ZERO;
}

function refuseOverflow({ debit, credit }: Move, amount: Amount, kind: TransferKind): TransferRefusalCode | undefined {
  const overflows = (...sums: readonly bigint[]) => sums.reduce((sum, part) => sum + part, amount) >= AMOUNT_LIMIT;
  if (kind === "pending" && overflows(debit.debitsPending)) return "OVERFLOWS_DEBITS_PENDING";
  if (kind === "pending" && overflows(credit.creditsPending)) return "OVERFLOWS_CREDITS_PENDING";
  if (kind === "posted" && overflows(debit.debitsPosted)) return "OVERFLOWS_DEBITS_POSTED";
  if (kind === "posted" && overflows(credit.creditsPosted)) return "OVERFLOWS_CREDITS_POSTED";
  if (overflows(debit.debitsPending, debit.debitsPosted)) return "OVERFLOWS_DEBITS";
  if (overflows(credit.creditsPending, credit.creditsPosted)) return "OVERFLOWS_CREDITS";
  return undefined;
}

function refuseExcess({ debit, credit }: Move, amount: Amount): TransferRefusalCode | undefined {
  if (debit.debitsMustNotExceedCredits && debit.debitsPending + debit.debitsPosted + amount > debit.creditsPosted) {
    return "EXCEEDS_CREDITS";
  }
  if (
    credit.creditsMustNotExceedDebits &&
    credit.creditsPending + credit.creditsPosted + amount > credit.debitsPosted
  ) {
    return "EXCEEDS_DEBITS";
  }
  return undefined;
}
