import { hash as digest } from "node:crypto";
import type { Amount } from "@assay/primitives/amount";
import { utf8 } from "@assay/primitives/bytes";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256 } from "@assay/primitives/hash";
import type { JsonValue } from "@assay/primitives/json";
import { type AccountState, accountKeyText } from "./account.ts";
import type { JournalRow } from "./judgement.ts";
import { expiresAtUs } from "./pending-transfer.ts";
import type { TransferCommand, TransferKind } from "./transfer.ts";

const DOMAIN = utf8("coinhubx.ledger.v1");

/** What the first row's hash continues from. */
export const EMPTY_JOURNAL_HASH = new Uint8Array(32);

const KIND_BYTES: Readonly<Record<TransferKind, number>> = {
  posted: 1,
  pending: 2,
  post_pending: 3,
  void_pending: 4,
  expire_pending: 5,
};

/** TigerBeetle's bits. */
export function flagBits(transfer: { linked: boolean; balancingDebit: boolean; balancingCredit: boolean }): number {
  return (transfer.linked ? 1 : 0) | (transfer.balancingDebit ? 16 : 0) | (transfer.balancingCredit ? 32 : 0);
}

/**
 * SHA-256 of the command as canonical JSON: two commands with the same hash ask for the same thing. Left-out members
 * and members at their default count as equal.
 */
export function inputHashOf(command: TransferCommand): Uint8Array {
  const flags = command.flags ?? {};
  const input: { [name: string]: JsonValue } = {
    id: command.id,
    debit: accountKeyText(command.debit),
    credit: accountKeyText(command.credit),
    amount: command.amount.toString(),
    code: command.code,
    correlation_id: command.correlationId,
    flags: Object.entries(flags)
      .flatMap(([name, isSet]) => (isSet ? [name] : []))
      .sort(),
    metadata: command.metadata ?? {},
  };
  if (command.pendingId !== undefined) input.pending_id = command.pendingId;
  if (command.timeoutMs) input.timeout_ms = command.timeoutMs;
  if (command.reverses !== undefined) input.reverses = command.reverses;
  if (command.effectiveAt !== undefined) input.effective_at = command.effectiveAt;
  return sha256(canonicalJson(input));
}

const LARGEST_ROW_BYTES = 1 << 17;
const scratch = Buffer.allocUnsafe(LARGEST_ROW_BYTES);

/**
 * The hash that chains a row to the one before it: SHA-256("coinhubx.ledger.v1" ‖ previous hash ‖ row), the row in
 * fixed order: whole numbers big-endian in 8 bytes, amounts in 16, text with its length in 4 bytes before it, absent
 * text as length 0, absent times as 0. The accounts' keys are hashed with their ids, so that neither can change alone.
 */
export function hashRow(previous: Uint8Array, { transfer, debit, credit }: JournalRow): Uint8Array {
  const writer = new RowWriter(scratch);
  writer.bytes(DOMAIN);
  writer.bytes(previous);
  writer.integer(transfer.sequence);
  writer.text(transfer.id);
  writer.bytes(transfer.inputHash);
  writer.integer(KIND_BYTES[transfer.kind]);
  writer.integer(flagBits(transfer));
  writer.account(debit);
  writer.account(credit);
  writer.amount(transfer.amount);
  writer.amount(transfer.amountRequested);
  writer.text(transfer.pendingId ?? "");
  writer.text(transfer.reverses ?? "");
  writer.integer(expiresAtUs(transfer) ?? 0);
  writer.text(transfer.code);
  writer.text(transfer.correlationId);
  writer.text(canonicalJson(transfer.metadata));
  writer.integer(transfer.effectiveAtUs);
  writer.integer(transfer.recordedAtUs);
  return digest("sha256", writer.written(), "buffer");
}

class RowWriter {
  readonly #buffer: Buffer;
  #length = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  bytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  integer(value: number): void {
    // Two halves: a bigint for each number would cost more than the hash.
    this.#length = this.#buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000), this.#length);
    this.#length = this.#buffer.writeUInt32BE((value % 0x1_0000_0000) >>> 0, this.#length);
  }

  amount(value: Amount): void {
    this.#length = this.#buffer.writeBigUInt64BE(value >> 64n, this.#length);
    this.#length = this.#buffer.writeBigUInt64BE(value & 0xffff_ffff_ffff_ffffn, this.#length);
  }

  text(value: string): void {
    const size = this.#buffer.write(value, this.#length + 4);
    this.#buffer.writeUInt32BE(size, this.#length);
    this.#length += 4 + size;
  }

  account(account: AccountState): void {
    this.#length = this.#buffer.writeBigUInt64BE(account.id, this.#length);
    this.text(accountKeyText(account));
    this.integer(account.version);
    this.amount(account.debitsPending);
    this.amount(account.debitsPosted);
    this.amount(account.creditsPending);
    this.amount(account.creditsPosted);
  }

  written(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
