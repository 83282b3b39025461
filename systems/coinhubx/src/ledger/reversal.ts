import type { LedgerView } from "./judgement.ts";
import type { TransferCommand, TransferRefusalCode } from "./transfer.ts";

/** A reversal mirrors one posted transfer, and all reversals of it together never move more than it did (L6). */
export function refuseReversal(view: LedgerView, command: TransferCommand): TransferRefusalCode | undefined {
  if (command.reverses === undefined) return undefined;
  const original = view.transfer(command.reverses);
  if (original === undefined) return "REVERSED_TRANSFER_NOT_FOUND";
  if (original.kind !== "posted" && original.kind !== "post_pending") return "REVERSED_TRANSFER_NOT_POSTED";
  const isMirror =
    view.account(command.debit)?.id === original.creditAccountId &&
    view.account(command.credit)?.id === original.debitAccountId;
  if (!isMirror) return "REVERSAL_MUST_MIRROR_TRANSFER";
  const reversed = view.reversedAmount(original.id);
  return reversed + command.amount > original.amount ? "EXCEEDS_REVERSED_TRANSFER_AMOUNT" : undefined;
}
