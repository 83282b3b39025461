import { hash as digest } from "node:crypto";
import type { Amount } from "@assay/primitives/amount";
import { utf8 } from "@assay/primitives/bytes";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { type AccountState, accountKeyText } from "./account.ts";
import type { JournalRow } from "./judgement.ts";
import { expiresAtUs } from "./pending-transfer.ts";
import type { TransferCommand, TransferFlags, TransferKind } from "./transfer.ts";

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
 * SHA-256 of the command as a JSON array in fixed order: two commands with the same hash ask for the same thing.
 * Left-out members and members at their default count as equal.
 */
export function inputHashOf(command: TransferCommand): Uint8Array {
  const flags = command.flags ?? NO_FLAGS;
  const input = JSON.stringify([
    command.id,
    accountKeyText(command.debit),
    accountKeyText(command.credit),
    command.amount.toString(),
    command.code,
    command.correlationId,
    FLAG_NAMES.filter((name) => flags[name]),
    command.pendingId ?? null,
    command.timeoutMs || null,
    command.reverses ?? null,
    command.effectiveAt ?? null,
    command.metadata === undefined ? "{}" : canonicalJson(command.metadata),
  ]);
  return digest("sha256", input, "buffer");
}

const NO_FLAGS: TransferFlags = {};
const FLAG_NAMES = ["linked", "pending", "postPending", "voidPending", "balancingDebit", "balancingCredit"] as const;

const LARGEST_ROW_BYTES = 1 << 17;

/**
 * The hash that chains a row to the one before it: SHA-256("coinhubx.ledger.v1" ‖ previous hash ‖ row), the row in
 * fixed order: whole numbers big-endian in 8 bytes, amounts in 16, text with its length in 4 bytes before it, absent
 * text as length 0, absent times as 0. The accounts' keys are hashed with their ids, so that neither can change alone.
 */
export function hashRow(previous: Uint8Array, { transfer, debit, credit }: JournalRow): Uint8Array {
  writer.restart();
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
  readonly #view: DataView;
  #length = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  }

  restart(): void {
    this.#length = 0;
  }

  bytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  integer(value: number): void {
    // Two halves: a bigint for each number would cost more than the hash.
    this.#view.setUint32(this.#length, Math.floor(value / 0x1_0000_0000));
    this.#view.setUint32(this.#length + 4, value % 0x1_0000_0000);
    this.#length += 8;
  }

  amount(value: Amount): void {
    // The view keeps the low 64 bits of what it is given.
    this.#view.setBigUint64(this.#length, value >> 64n);
    this.#view.setBigUint64(this.#length + 8, value);
    this.#length += 16;
  }

  text(value: string): void {
    const size = this.#buffer.write(value, this.#length + 4);
    this.#view.setUint32(this.#length, size);
    this.#length += 4 + size;
  }

  account(account: AccountState): void {
    this.#view.setBigUint64(this.#length, account.id);
    this.#length += 8;
    this.text(account.key);
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

// One for the process: hashing is synchronous, and a row is at most a few ids and 16 KiB of metadata.
const writer = new RowWriter(Buffer.alloc(LARGEST_ROW_BYTES));
