import type { Amount } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import type { Brand } from "@assay/primitives/brand";
import type { Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import type { Refused } from "@assay/primitives/result";
import type { AccountKey } from "./account.ts";

/** The idempotency key of a transfer: 1–128 printable ASCII characters without spaces. */
export type TransferId = Brand<string, "TransferId">;

const TRANSFER_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * @throws AssertionError unless `text` is a transfer id that a caller may take: ids are built by our own code, not read
 * from input, and those of expiries belong to the ledger.
 */
export function toTransferId(text: string): TransferId {
  assert(TRANSFER_ID.test(text) && !text.startsWith("expire:"), `${JSON.stringify(text)} is a transfer id`);
  return text as TransferId;
}

/** Why value moved. */
export type TransferCode =
  | "deposit"
  | "deposit_reversal"
  | "withdrawal"
  | "withdrawal_fee"
  | "withdrawal_return"
  | "order_reserve"
  | "order_release"
  | "trade"
  | "trade_fee"
  | "sweep"
  | "network_gas"
  | "hold"
  | "faucet"
  | "probe"
  | "reversal"
  | "admin_adjustment"
  | "legacy_import";

/** TigerBeetle's transfer flags. All default to false. */
export interface TransferFlags {
  /** This transfer and the next succeed or fail together. */
  readonly linked?: boolean;
  /** Reserves the amount until it is posted, voided or expired. */
  readonly pending?: boolean;
  /** Posts `pendingId`, in full or in part; the rest is released. */
  readonly postPending?: boolean;
  /** Releases `pendingId`. */
  readonly voidPending?: boolean;
  /** Moves at most what the debit account has available. */
  readonly balancingDebit?: boolean;
  /** Moves at most what the credit account is owed. */
  readonly balancingCredit?: boolean;
}

/** A request to move value. It is judged by the rules of `applyTransfer` and leaves no trace when refused. */
export interface TransferCommand {
  readonly id: TransferId;
  readonly debit: AccountKey;
  readonly credit: AccountKey;
  readonly amount: Amount;
  readonly flags?: TransferFlags;
  readonly code: TransferCode;
  /** The pending transfer to post or void; its accounts must be named again in `debit` and `credit`. */
  readonly pendingId?: TransferId;
  /** How long a pending transfer may wait; none waits for ever. */
  readonly timeoutMs?: number;
  /** The posted transfer this one mirrors, in full or in part. */
  readonly reverses?: TransferId;
  readonly correlationId: string;
  readonly metadata?: JsonObject;
  /** When it counts from, if earlier than now; only imports and adjustments may say so. */
  readonly effectiveAt?: Instant;
}

export type TransferKind = "posted" | "pending" | "post_pending" | "void_pending" | "expire_pending";

const LONGEST_CORRELATION_ID = 128;
const LONGEST_METADATA = 16_384;

/** @throws AssertionError for a command that no row could hold: a bug, since input is parsed at the edge. */
export function assertRecordable({ correlationId, metadata, timeoutMs }: TransferCommand): void {
  const isLine = /^[\x20-\x7e]+$/.test(correlationId) && correlationId.length <= LONGEST_CORRELATION_ID;
  assert(isLine, "a correlation id is 1–128 printable ASCII characters");
  assert(timeoutMs === undefined || (Number.isSafeInteger(timeoutMs) && timeoutMs >= 0), "a timeout is whole");
  if (metadata === undefined) return;
  const text = JSON.stringify(metadata);
  assert(text.length <= LONGEST_METADATA, "metadata is at most 16 KiB");
  assert(!text.includes("\\u0000"), "metadata holds no NUL, which PostgreSQL cannot store");
}

/** One row of the journal without its hash. Times are microseconds since the Unix epoch. */
export interface LedgerTransfer {
  readonly sequence: number;
  readonly id: TransferId;
  readonly inputHash: Uint8Array;
  readonly kind: TransferKind;
  readonly linked: boolean;
  readonly balancingDebit: boolean;
  readonly balancingCredit: boolean;
  readonly debitAccountId: bigint;
  readonly creditAccountId: bigint;
  readonly debit: AccountKey;
  readonly credit: AccountKey;
  /** What moved: for a balancing transfer or a post maybe less than what was asked. */
  readonly amount: Amount;
  readonly amountRequested: Amount;
  readonly pendingId: TransferId | undefined;
  readonly reverses: TransferId | undefined;
  readonly timeoutMs: number | undefined;
  readonly code: TransferCode;
  readonly correlationId: string;
  readonly metadata: JsonObject;
  readonly effectiveAtUs: number;
  readonly recordedAtUs: number;
}

/** TigerBeetle's names in upper case, then ours for what TigerBeetle does not know. */
export type TransferRefusalCode =
  | "LINKED_EVENT_FAILED"
  | "LINKED_EVENT_CHAIN_OPEN"
  | "EXISTS_WITH_DIFFERENT_FLAGS"
  | "EXISTS_WITH_DIFFERENT_PENDING_ID"
  | "EXISTS_WITH_DIFFERENT_TIMEOUT"
  | "EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID"
  | "EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID"
  | "EXISTS_WITH_DIFFERENT_AMOUNT"
  | "EXISTS_WITH_DIFFERENT_CODE"
  | "FLAGS_ARE_MUTUALLY_EXCLUSIVE"
  | "ACCOUNTS_MUST_BE_DIFFERENT"
  | "ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER"
  | "DEBIT_ACCOUNT_NOT_FOUND"
  | "CREDIT_ACCOUNT_NOT_FOUND"
  | "DEBIT_ACCOUNT_ALREADY_CLOSED"
  | "CREDIT_ACCOUNT_ALREADY_CLOSED"
  | "PENDING_ID_MUST_BE_ZERO"
  | "PENDING_ID_MUST_NOT_BE_ZERO"
  | "PENDING_ID_MUST_BE_DIFFERENT"
  | "TIMEOUT_RESERVED_FOR_PENDING_TRANSFER"
  | "PENDING_TRANSFER_NOT_FOUND"
  | "PENDING_TRANSFER_NOT_PENDING"
  | "PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID"
  | "PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID"
  | "PENDING_TRANSFER_HAS_DIFFERENT_CODE"
  | "PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT"
  | "EXCEEDS_PENDING_TRANSFER_AMOUNT"
  | "PENDING_TRANSFER_ALREADY_POSTED"
  | "PENDING_TRANSFER_ALREADY_VOIDED"
  | "PENDING_TRANSFER_EXPIRED"
  | "OVERFLOWS_DEBITS_PENDING"
  | "OVERFLOWS_CREDITS_PENDING"
  | "OVERFLOWS_DEBITS_POSTED"
  | "OVERFLOWS_CREDITS_POSTED"
  | "OVERFLOWS_DEBITS"
  | "OVERFLOWS_CREDITS"
  | "OVERFLOWS_TIMEOUT"
  | "EXCEEDS_CREDITS"
  | "EXCEEDS_DEBITS"
  | "EXISTS_WITH_DIFFERENT_REVERSES"
  | "EXISTS_WITH_DIFFERENT_CORRELATION_ID"
  | "EXISTS_WITH_DIFFERENT_METADATA"
  | "EXISTS_WITH_DIFFERENT_EFFECTIVE_AT"
  | "PENDING_TRANSFER_NOT_EXPIRED"
  | "REVERSED_TRANSFER_NOT_FOUND"
  | "REVERSED_TRANSFER_NOT_POSTED"
  | "REVERSAL_MUST_MIRROR_TRANSFER"
  | "EXCEEDS_REVERSED_TRANSFER_AMOUNT"
  | "EFFECTIVE_AT_NOT_ALLOWED"
  | "EFFECTIVE_AT_MUST_NOT_ADVANCE";

export interface TransferRefusal {
  readonly code: TransferRefusalCode;
  readonly transferId: TransferId;
}

/** A `Result`; `replayed` marks the first outcome of a command that was sent again. */
export type TransferOutcome =
  | { readonly ok: true; readonly value: LedgerTransfer; readonly replayed: boolean }
  | Refused<TransferRefusal>;
