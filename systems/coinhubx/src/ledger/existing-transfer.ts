import { equalBytes } from "@assay/primitives/bytes";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { type AccountKey, accountKeyText } from "./account.ts";
import type { LedgerTransfer, TransferCommand, TransferKind, TransferRefusalCode } from "./transfer.ts";

/**
 * Whether a command whose id is taken is the one that took it: `undefined` if so, else the refusal that names the first
 * field that differs.
 */
export function compareWithExisting(
  command: TransferCommand,
  existing: LedgerTransfer,
  inputHash: Uint8Array,
): TransferRefusalCode | undefined {
  if (equalBytes(inputHash, existing.inputHash)) return undefined;
  if (!hasSameFlags(command, existing)) return "EXISTS_WITH_DIFFERENT_FLAGS";
  if (command.pendingId !== existing.pendingId) return "EXISTS_WITH_DIFFERENT_PENDING_ID";
  if ((command.timeoutMs || undefined) !== existing.timeoutMs) return "EXISTS_WITH_DIFFERENT_TIMEOUT";
  if (!isSameKey(command.debit, existing.debit)) return "EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID";
  if (!isSameKey(command.credit, existing.credit)) return "EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID";
  if (command.amount !== existing.amountRequested) return "EXISTS_WITH_DIFFERENT_AMOUNT";
  if (command.code !== existing.code) return "EXISTS_WITH_DIFFERENT_CODE";
  if (command.reverses !== existing.reverses) return "EXISTS_WITH_DIFFERENT_REVERSES";
  if (command.correlationId !== existing.correlationId) return "EXISTS_WITH_DIFFERENT_CORRELATION_ID";
  if (canonicalJson(command.metadata ?? {}) !== canonicalJson(existing.metadata)) {
    return "EXISTS_WITH_DIFFERENT_METADATA";
  }
  return "EXISTS_WITH_DIFFERENT_EFFECTIVE_AT";
}

function hasSameFlags({ flags = {} }: TransferCommand, existing: LedgerTransfer): boolean {
  return (
    kindOf(flags) === existing.kind &&
    (flags.linked ?? false) === existing.linked &&
    (flags.balancingDebit ?? false) === existing.balancingDebit &&
    (flags.balancingCredit ?? false) === existing.balancingCredit
  );
}

function kindOf(flags: NonNullable<TransferCommand["flags"]>): TransferKind {
  if (flags.postPending) return "post_pending";
  if (flags.voidPending) return "void_pending";
  return flags.pending ? "pending" : "posted";
}

function isSameKey(left: AccountKey, right: AccountKey): boolean {
  return accountKeyText(left) === accountKeyText(right);
}
