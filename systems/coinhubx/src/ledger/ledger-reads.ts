import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type AccountKey, accountKeyText } from "./account.ts";
import { JOURNAL, type JournalTableRow, toJournalRow } from "./journal-row.ts";
import type { LedgerTransfer, TransferId } from "./transfer.ts";

export interface TransferQuery {
  readonly account: AccountKey;
  /** Only rows before this sequence; the last one of the page before. */
  readonly before?: number;
  /** At most 500; 50 when left out. */
  readonly limit?: number;
}

const LARGEST_PAGE = 500;

export async function readTransfer(database: Sql, id: TransferId): Promise<LedgerTransfer | undefined> {
  const [row] = await database.query<JournalTableRow>(sql`${JOURNAL} where t.id = ${id}`);
  return row === undefined ? undefined : toJournalRow(row).transfer;
}

/** How many rows the journal has, whoever wrote them; their sequence has no gaps. */
export async function readJournalPosition(database: Sql): Promise<number> {
  const [row] = await database.query<{ position: string }>(
    sql`select coalesce(max(sequence), 0)::text as position from ledger_transfers`,
  );
  return Number(row?.position ?? 0);
}

/** An account's transfers, newest first. */
export async function readTransfers(database: Sql, query: TransferQuery): Promise<LedgerTransfer[]> {
  const before = query.before ?? Number.MAX_SAFE_INTEGER;
  const limit = Math.min(query.limit ?? 50, LARGEST_PAGE);
  const rows = await database.query<JournalTableRow>(sql`
    with account as (select id from ledger_accounts where key = ${accountKeyText(query.account)}),
      page as (
        (select sequence from ledger_transfers, account where debit_account_id = account.id and sequence < ${before}
          order by debit_version desc limit ${limit})
        union all
        (select sequence from ledger_transfers, account where credit_account_id = account.id and sequence < ${before}
          order by credit_version desc limit ${limit})
        order by sequence desc limit ${limit})
    ${JOURNAL} join page on page.sequence = t.sequence order by t.sequence desc`);
  return rows.map((row) => toJournalRow(row).transfer);
}
