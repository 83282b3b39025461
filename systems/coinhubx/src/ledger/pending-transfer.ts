import { type Amount, ZERO } from "@assay/primitives/amount";
import type { LedgerAccount } from "./account.ts";
import { FULL_AMOUNT, type Judgement, type LedgerView, type Move, refuseTransfer, writeRow } from "./judgement.ts";
import type { LedgerTransfer, TransferCommand, TransferId, TransferRefusalCode } from "./transfer.ts";

/** Posts or voids a pending transfer: it ends once, never after its timeout, and never for more than it holds (L4). */
export function endPendingTransfer(view: LedgerView, move: Move): Judgement {
  const { command, debit, credit } = move;
  const pending = view.transfer(command.pendingId!);
  if (pending === undefined) return refuseTransfer(command, "PENDING_TRANSFER_NOT_FOUND");
  const refusal = refuseOther(move, pending) ?? refuseAmount(command, pending.amount) ?? refuseEnded(view, pending);
  if (refusal !== undefined) return refuseTransfer(command, refusal);
  const released = pending.amount;
  if (command.flags?.voidPending) return writeRow(view, move, { kind: "void_pending", amount: released, released });
  if (debit.closed) return refuseTransfer(command, "DEBIT_ACCOUNT_ALREADY_CLOSED");
  if (credit.closed) return refuseTransfer(command, "CREDIT_ACCOUNT_ALREADY_CLOSED");
  const amount = command.amount === FULL_AMOUNT ? released : command.amount;
  return writeRow(view, move, { kind: "post_pending", amount, released });
}

function refuseOther({ command, debit, credit }: Move, pending: LedgerTransfer): TransferRefusalCode | undefined {
  if (pending.kind !== "pending") return "PENDING_TRANSFER_NOT_PENDING";
  if (pending.debitAccountId !== debit.id) return "PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID";
  if (pending.creditAccountId !== credit.id) return "PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID";
  if (pending.code !== command.code) return "PENDING_TRANSFER_HAS_DIFFERENT_CODE";
  return command.effectiveAt === undefined ? undefined : "EFFECTIVE_AT_NOT_ALLOWED";
}

function refuseAmount({ amount, flags }: TransferCommand, held: Amount): TransferRefusalCode | undefined {
  if (flags?.voidPending) {
    if (amount === ZERO || amount === held) return undefined;
    return amount > held ? "EXCEEDS_PENDING_TRANSFER_AMOUNT" : "PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT";
  }
  return amount > held && amount !== FULL_AMOUNT ? "EXCEEDS_PENDING_TRANSFER_AMOUNT" : undefined;
}

function refuseEnded(view: LedgerView, pending: LedgerTransfer): TransferRefusalCode | undefined {
  switch (view.endOf(pending.id)) {
    case "post_pending":
      return "PENDING_TRANSFER_ALREADY_POSTED";
    case "void_pending":
      return "PENDING_TRANSFER_ALREADY_VOIDED";
    case "expire_pending":
      return "PENDING_TRANSFER_EXPIRED";
    default:
      return isExpired(view.nowUs, pending) ? "PENDING_TRANSFER_EXPIRED" : undefined;
  }
}

/** When a pending transfer stops being one; `undefined` if it may wait for ever. */
export function expiresAtUs({ timeoutMs, recordedAtUs }: LedgerTransfer): number | undefined {
  return timeoutMs === undefined ? undefined : recordedAtUs + timeoutMs * 1_000;
}

function isExpired(nowUs: number, pending: LedgerTransfer): boolean {
  return nowUs >= (expiresAtUs(pending) ?? Number.POSITIVE_INFINITY);
}

export interface Expiry {
  readonly pending: LedgerTransfer;
  readonly debit: LedgerAccount;
  readonly credit: LedgerAccount;
  readonly inputHash: Uint8Array;
}

/** Gives back what an overdue pending transfer holds. Nothing was posted late meanwhile, however late this runs. */
export function expirePendingTransfer(view: LedgerView, expiry: Expiry): Judgement {
  const { pending, debit, credit, inputHash } = expiry;
  const id = expiryId(pending);
  if (pending.kind !== "pending") return refuseTransfer({ id }, "PENDING_TRANSFER_NOT_PENDING");
  const end = view.endOf(pending.id);
  if (end === "expire_pending") return refuseTransfer({ id }, "PENDING_TRANSFER_EXPIRED");
  if (end !== undefined) return refuseTransfer({ id }, refuseEnded(view, pending)!);
  if (!isExpired(view.nowUs, pending)) return refuseTransfer({ id }, "PENDING_TRANSFER_NOT_EXPIRED");
  const command = expiryCommand(pending);
  const row = { kind: "expire_pending" as const, amount: pending.amount, released: pending.amount };
  return writeRow(view, { command, debit, credit, inputHash }, row);
}

/** The row of an expiry as if somebody had asked for it. */
export function expiryCommand(pending: LedgerTransfer): TransferCommand {
  return {
    id: expiryId(pending),
    debit: pending.debit,
    credit: pending.credit,
    amount: pending.amount,
    code: pending.code,
    pendingId: pending.id,
    correlationId: pending.correlationId,
  };
}

/** Reserved: {@link toTransferId} refuses it, so nobody can take the id of an expiry. */
function expiryId(pending: LedgerTransfer): TransferId {
  return `expire:${pending.sequence}` as TransferId;
}
