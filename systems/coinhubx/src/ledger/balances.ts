import { type Amount, addAmounts, subtractAmounts } from "@assay/primitives/amount";
import { assertNever } from "@assay/primitives/assert";
import type { Balances } from "./account.ts";
import type { TransferKind } from "./transfer.ts";

export interface BalanceChange {
  readonly kind: TransferKind;
  readonly amount: Amount;
  /** What leaves the pending balances when a pending transfer ends: its whole amount. */
  readonly released: Amount;
}

/** An account after a transfer that has it on `side`: one version on, pending and posted moved. */
export function applyToBalances<Account extends Balances & { readonly version: number }>(
  account: Account,
  side: "debit" | "credit",
  { kind, amount, released }: BalanceChange,
): Account {
  const pending = side === "debit" ? "debitsPending" : "creditsPending";
  const posted = side === "debit" ? "debitsPosted" : "creditsPosted";
  const version = account.version + 1;
  switch (kind) {
    case "posted":
      return { ...account, version, [posted]: addAmounts(account[posted], amount) };
    case "pending":
      return { ...account, version, [pending]: addAmounts(account[pending], amount) };
    case "post_pending":
      return {
        ...account,
        version,
        [pending]: subtractAmounts(account[pending], released),
        [posted]: addAmounts(account[posted], amount),
      };
    case "void_pending":
    case "expire_pending":
      return { ...account, version, [pending]: subtractAmounts(account[pending], released) };
    default:
      return assertNever(kind);
  }
}
