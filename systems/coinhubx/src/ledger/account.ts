import { type Amount, toAmount, ZERO } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import type { AssetCode } from "@assay/primitives/money";

/** What an account is for; the chart of accounts. */
export type AccountCode =
  | "customer"
  | "customer_orders"
  | "withdrawals_outgoing"
  | "suspense"
  | "custody_deposit"
  | "custody_hot"
  | "custody_cold"
  | "custody_transit"
  | "customer_receivable"
  | "fees"
  | "network_gas"
  | "adjustments"
  | "legacy_opening"
  | "house";

/** The owner of every account that belongs to no customer. */
export const HOUSE = "house";

/** Names one account. `owner` is a customer id or {@link HOUSE}. An account opens with the first transfer that touches it. */
export interface AccountKey {
  readonly owner: string;
  readonly code: AccountCode;
  readonly asset: AssetCode;
}

/** Which side of an account may not outgrow the other, and whether it takes no more transfers (TigerBeetle's names). */
export interface AccountFlags {
  readonly debitsMustNotExceedCredits: boolean;
  readonly creditsMustNotExceedDebits: boolean;
  readonly closed: boolean;
}

export interface Balances {
  readonly debitsPending: Amount;
  readonly debitsPosted: Amount;
  readonly creditsPending: Amount;
  readonly creditsPosted: Amount;
}

/** An account as it stands after `version` journal rows have touched it. */
export interface AccountState extends AccountKey, Balances {
  readonly id: bigint;
  /** {@link accountKeyText}, kept because the hot path looks accounts up by it again and again. */
  readonly key: string;
  readonly version: number;
}

export interface LedgerAccount extends AccountState, AccountFlags {}

export const NO_BALANCES: Balances = {
  debitsPending: ZERO,
  debitsPosted: ZERO,
  creditsPending: ZERO,
  creditsPosted: ZERO,
};

const OPEN: AccountFlags = {
  debitsMustNotExceedCredits: false,
  creditsMustNotExceedDebits: false,
  closed: false,
};

// What we owe a customer never falls below zero, and what a customer owes us is never repaid twice.
const CHART: Readonly<Record<AccountCode, AccountFlags>> = {
  customer: { ...OPEN, debitsMustNotExceedCredits: true },
  customer_orders: { ...OPEN, debitsMustNotExceedCredits: true },
  customer_receivable: { ...OPEN, creditsMustNotExceedDebits: true },
  withdrawals_outgoing: OPEN,
  suspense: OPEN,
  custody_deposit: OPEN,
  custody_hot: OPEN,
  custody_cold: OPEN,
  custody_transit: OPEN,
  fees: OPEN,
  network_gas: OPEN,
  adjustments: OPEN,
  legacy_opening: OPEN,
  house: OPEN,
};

export const ACCOUNT_CODES = Object.keys(CHART) as readonly AccountCode[];

/** One text per account: `owner/code/asset`. Owners hold no slash, so two keys never share a text. */
export function accountKeyText(key: AccountKey): string {
  return `${key.owner}/${key.code}/${key.asset}`;
}

const OWNER = /^[a-z0-9_-]{1,64}$/;

/** A new account, untouched. @throws AssertionError for an owner that is no id. */
export function openAccount(id: bigint, key: AccountKey): LedgerAccount {
  assert(OWNER.test(key.owner), `${JSON.stringify(key.owner)} owns accounts`);
  const { owner, code, asset } = key;
  return { id, key: accountKeyText(key), owner, code, asset, version: 0, ...CHART[code], ...NO_BALANCES };
}

/**
 * What a debit may still take: credits posted less debits posted and pending. Zero where debits are ahead, which only
 * accounts of the house can be.
 */
export function availableOf(balances: Balances): Amount {
  const left = balances.creditsPosted - balances.debitsPosted - balances.debitsPending;
  return left > 0n ? toAmount(left) : ZERO;
}
