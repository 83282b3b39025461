import { fragment } from "@assay/platform/storage/sql";
import { toAmount } from "@assay/primitives/amount";
import type { AssetCode } from "@assay/primitives/money";
import type { AccountCode, LedgerAccount } from "./account.ts";

/** `select … from ledger_accounts`, for {@link toAccount}. */
export const ACCOUNTS = fragment`select id, key, owner, code, asset, closed,
    debits_must_not_exceed_credits, credits_must_not_exceed_debits,
    debits_pending, debits_posted, credits_pending, credits_posted, version
  from ledger_accounts`;

export interface AccountTableRow {
  readonly id: string;
  readonly key: string;
  readonly owner: string;
  readonly code: string;
  readonly asset: string;
  readonly closed: boolean;
  readonly debits_must_not_exceed_credits: boolean;
  readonly credits_must_not_exceed_debits: boolean;
  readonly debits_pending: string;
  readonly debits_posted: string;
  readonly credits_pending: string;
  readonly credits_posted: string;
  readonly version: string;
}

export function toAccount(row: AccountTableRow): LedgerAccount {
  return {
    id: BigInt(row.id),
    key: row.key,
    owner: row.owner,
    code: row.code as AccountCode,
    asset: row.asset as AssetCode,
    closed: row.closed,
    debitsMustNotExceedCredits: row.debits_must_not_exceed_credits,
    creditsMustNotExceedDebits: row.credits_must_not_exceed_debits,
    debitsPending: toAmount(BigInt(row.debits_pending)),
    debitsPosted: toAmount(BigInt(row.debits_posted)),
    creditsPending: toAmount(BigInt(row.credits_pending)),
    creditsPosted: toAmount(BigInt(row.credits_posted)),
    version: Number(row.version),
  };
}
