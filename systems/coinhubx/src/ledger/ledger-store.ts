import type { Sql } from "@assay/platform/storage/database";
import { type SqlStatement, sql } from "@assay/platform/storage/sql";
import { toAmount } from "@assay/primitives/amount";
import { canonicalJson } from "@assay/primitives/canonical-json";
import type { JsonObject } from "@assay/primitives/json";
import type { LedgerAccount } from "./account.ts";
import { ACCOUNTS, type AccountTableRow, toAccount } from "./account-row.ts";
import { EMPTY_JOURNAL_HASH, flagBits, hashRow } from "./journal-hash.ts";
import { JOURNAL, type JournalTableRow, toJournalRow } from "./journal-row.ts";
import type { JournalRow } from "./judgement.ts";
import type { JournalEnd } from "./ledger-cache.ts";
import { expiresAtUs } from "./pending-transfer.ts";
import type { LedgerTransfer, TransferId, TransferKind } from "./transfer.ts";
import type { AccountChange, WorkingLedger } from "./working-ledger.ts";

/** The journal's last row: its place and its hash. */
export interface JournalHead {
  readonly position: number;
  readonly hash: Uint8Array;
}

export const EMPTY_JOURNAL: JournalHead = { position: 0, hash: EMPTY_JOURNAL_HASH };

/** Takes the ledger's lock until the transaction ends. */
export async function lockLedger(transaction: Sql): Promise<JournalEnd> {
  const [row] = await transaction.query<OpenRow>(sql`select * from ledger_open()`);
  return {
    position: Number(row?.last_sequence ?? 0),
    hash: row?.last_hash ?? EMPTY_JOURNAL.hash,
    recordedAtUs: Number(row?.last_recorded_at ?? 0),
    lastAccountId: BigInt(row?.last_account_id ?? 0),
  };
}

interface OpenRow {
  readonly last_sequence: string | null;
  readonly last_hash: Uint8Array | null;
  readonly last_recorded_at: string | null;
  readonly last_account_id: string | null;
}

/** The accounts of `keys` (see {@link accountKeyText}) that exist. */
export async function loadAccounts(database: Sql, keys: readonly string[]): Promise<LedgerAccount[]> {
  const rows = await database.query<AccountTableRow>(sql`${ACCOUNTS} where key = any(${keys})`);
  return rows.map(toAccount);
}

/** Puts the transfers of `ids` that exist into `working`, with how they ended and how much of them was reversed. */
export async function loadTransfers(database: Sql, working: WorkingLedger, ids: readonly TransferId[]): Promise<void> {
  const rows = await database.query<JournalTableRow>(sql`${JOURNAL} where t.id = any(${ids})`);
  if (rows.length === 0) return;
  for (const row of rows) working.addTransfer(toJournalRow(row).transfer);
  const found = rows.map((row) => row.id);
  const ends = sql`select pending_id, kind from ledger_transfers where pending_id = any(${found})`;
  for (const end of await database.query<{ pending_id: TransferId; kind: TransferKind }>(ends)) {
    working.addEnd(end.pending_id, end.kind);
  }
  const reversals = sql`select reverses, sum(amount) as amount from ledger_transfers
    where reverses = any(${found}) group by reverses`;
  for (const sum of await database.query<{ reverses: TransferId; amount: string }>(reversals)) {
    working.addReversed(sum.reverses, toAmount(BigInt(sum.amount)));
  }
}

/** What a batch writes, hashed: the rows, the accounts before and after, and where the journal then ends. */
export interface PreparedRows {
  readonly start: JournalHead;
  readonly end: JournalEnd;
  readonly rows: readonly JournalRow[];
  readonly hashes: readonly Uint8Array[];
  readonly opened: readonly LedgerAccount[];
  readonly accounts: readonly AccountChange[];
}

export function prepareRows(start: JournalHead, working: WorkingLedger): PreparedRows {
  const { rows } = working;
  const hashes = hashRows(start.hash, rows);
  const { opened, accounts, tail } = working.changes();
  return { start, end: { ...tail, hash: hashes.at(-1) ?? start.hash }, rows, hashes, opened, accounts };
}

/**
 * The call that writes a batch. It fails with SQLSTATE `CX002` when the ledger is not as it was read, or one of the
 * `refused`, which were judged without looking for a row of theirs, has one.
 */
export function appendStatement(prepared: PreparedRows, refused: readonly TransferId[] = []): SqlStatement {
  const { start, rows, hashes, opened, accounts } = prepared;
  const transfers = rows.map((row) => row.transfer);
  const numbers = (read: (row: JournalRow) => bigint | number) => numberArray(rows.map(read));
  const lines = (read: (transfer: LedgerTransfer) => string) => transfers.map(read).join("\n");
  // Not a plain select: those may be sent again when a connection is lost, and the caller has to know of that.
  return sql`with appended as materialized (select ledger_append(
    ${start.position}, ${start.position === 0 ? null : start.hash},
    ${numberArray(accounts.map(({ before }) => before.id))}, ${accounts.map(({ before }) => before.closed)},
    ${numberArray(accounts.map(({ before }) => before.version))}, ${numberArray(accounts.map(({ after }) => after.version))},
    ${numberArray(accounts.map(({ after }) => after.debitsPending))},
    ${numberArray(accounts.map(({ after }) => after.debitsPosted))},
    ${numberArray(accounts.map(({ after }) => after.creditsPending))},
    ${numberArray(accounts.map(({ after }) => after.creditsPosted))},
    ${JSON.stringify(opened.map(toOpened))},
    ${lines((it) => it.id)}, ${lines((it) => it.kind)}, ${lines((it) => it.code)},
    ${lines((it) => it.pendingId ?? "")}, ${lines((it) => it.reverses ?? "")},
    ${lines((it) => it.correlationId)}, ${lines((it) => canonicalJson(it.metadata))},
    ${numbers((row) => flagBits(row.transfer))},
    ${numbers((row) => row.debit.id)}, ${numbers((row) => row.credit.id)},
    ${numbers((row) => row.transfer.amount)}, ${numbers((row) => row.transfer.amountRequested)},
    ${numbers((row) => expiresAtUs(row.transfer) ?? 0)},
    ${numbers((row) => row.transfer.effectiveAtUs)}, ${numbers((row) => row.transfer.recordedAtUs)},
    ${numbers((row) => row.debit.version)},
    ${numbers((row) => row.debit.debitsPending)}, ${numbers((row) => row.debit.debitsPosted)},
    ${numbers((row) => row.debit.creditsPending)}, ${numbers((row) => row.debit.creditsPosted)},
    ${numbers((row) => row.credit.version)},
    ${numbers((row) => row.credit.debitsPending)}, ${numbers((row) => row.credit.debitsPosted)},
    ${numbers((row) => row.credit.creditsPending)}, ${numbers((row) => row.credit.creditsPosted)},
    ${Buffer.concat(transfers.map((it) => it.inputHash))}, ${Buffer.concat(hashes)},
    ${refused})) select from appended`;
}

function hashRows(previous: Uint8Array, rows: readonly JournalRow[]): Uint8Array[] {
  let hash = previous;
  return rows.map((row) => {
    hash = hashRow(hash, row);
    return hash;
  });
}

/** A PostgreSQL array written at once: quoting each number costs more than the rest of the batch. */
function numberArray(values: readonly (bigint | number)[]): string {
  return `{${values.join(",")}}`;
}

function toOpened(account: LedgerAccount): JsonObject {
  return {
    id: account.id.toString(),
    owner: account.owner,
    code: account.code,
    asset: account.asset,
    debits_must_not_exceed_credits: account.debitsMustNotExceedCredits,
    credits_must_not_exceed_debits: account.creditsMustNotExceedDebits,
  };
}
