import { fragment } from "@assay/platform/storage/sql";
import { toAmount } from "@assay/primitives/amount";
import type { JsonObject } from "@assay/primitives/json";
import type { AssetCode } from "@assay/primitives/money";
import type { AccountCode, AccountKey, AccountState } from "./account.ts";
import type { JournalRow } from "./judgement.ts";
import type { LedgerTransfer, TransferCode, TransferId, TransferKind } from "./transfer.ts";

/** `select … from ledger_transfers t` with the keys of both accounts, for {@link toJournalRow}. */
export const JOURNAL = fragment`select t.sequence, t.id, t.kind, t.flags, t.debit_account_id, t.credit_account_id,
    t.amount, t.amount_requested, t.code, t.pending_id, t.reverses, to_microseconds(t.expires_at) as expires_at_us,
    t.correlation_id, t.metadata,
    t.debit_version, t.debit_debits_pending, t.debit_debits_posted, t.debit_credits_pending, t.debit_credits_posted,
    t.credit_version, t.credit_debits_pending, t.credit_debits_posted, t.credit_credits_pending, t.credit_credits_posted,
    to_microseconds(t.effective_at) as effective_at_us, to_microseconds(t.recorded_at) as recorded_at_us,
    t.input_hash, t.hash, d.key as debit_key, c.key as credit_key
  from ledger_transfers t
    left join ledger_accounts d on d.id = t.debit_account_id
    left join ledger_accounts c on c.id = t.credit_account_id`;

type SideColumn = "version" | "debits_pending" | "debits_posted" | "credits_pending" | "credits_posted" | "account_id";

export type JournalTableRow = {
  readonly [Column in `${"debit" | "credit"}_${SideColumn}`]: string;
} & {
  readonly sequence: string;
  readonly id: string;
  readonly kind: string;
  readonly flags: number;
  readonly amount: string;
  readonly amount_requested: string;
  readonly code: string;
  readonly pending_id: string | null;
  readonly reverses: string | null;
  readonly expires_at_us: string | null;
  readonly correlation_id: string;
  readonly metadata: JsonObject;
  readonly effective_at_us: string;
  readonly recorded_at_us: string;
  readonly input_hash: Uint8Array;
  readonly hash: Uint8Array;
  readonly debit_key: string | null;
  readonly credit_key: string | null;
};

/** The row as it was hashed. An account that has vanished has an empty key, which no hash agrees with. */
export function toJournalRow(row: JournalTableRow): JournalRow {
  const debit = sideOf(row, "debit");
  const credit = sideOf(row, "credit");
  const recordedAtUs = Number(row.recorded_at_us);
  const transfer: LedgerTransfer = {
    sequence: Number(row.sequence),
    id: row.id as TransferId,
    inputHash: row.input_hash,
    kind: row.kind as TransferKind,
    linked: (row.flags & 1) !== 0,
    balancingDebit: (row.flags & 16) !== 0,
    balancingCredit: (row.flags & 32) !== 0,
    debitAccountId: debit.id,
    creditAccountId: credit.id,
    debit: { owner: debit.owner, code: debit.code, asset: debit.asset },
    credit: { owner: credit.owner, code: credit.code, asset: credit.asset },
    amount: toAmount(BigInt(row.amount)),
    amountRequested: toAmount(BigInt(row.amount_requested)),
    pendingId: (row.pending_id ?? undefined) as TransferId | undefined,
    reverses: (row.reverses ?? undefined) as TransferId | undefined,
    timeoutMs: row.expires_at_us === null ? undefined : (Number(row.expires_at_us) - recordedAtUs) / 1_000,
    code: row.code as TransferCode,
    correlationId: row.correlation_id,
    metadata: row.metadata,
    effectiveAtUs: Number(row.effective_at_us),
    recordedAtUs,
  };
  return { transfer, debit, credit };
}

function sideOf(row: JournalTableRow, side: "debit" | "credit"): AccountState {
  const key = row[`${side}_key`] ?? "//";
  return {
    ...toAccountKey(key),
    key,
    id: BigInt(row[`${side}_account_id`]),
    version: Number(row[`${side}_version`]),
    debitsPending: toAmount(BigInt(row[`${side}_debits_pending`])),
    debitsPosted: toAmount(BigInt(row[`${side}_debits_posted`])),
    creditsPending: toAmount(BigInt(row[`${side}_credits_pending`])),
    creditsPosted: toAmount(BigInt(row[`${side}_credits_posted`])),
  };
}

function toAccountKey(text: string): AccountKey {
  const [owner = "", code = "", asset = ""] = text.split("/");
  return { owner, code: code as AccountCode, asset: asset as AssetCode };
}
