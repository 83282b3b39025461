import type { Clock } from "@assay/platform/clock/clock";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { toAmount } from "@assay/primitives/amount";
import { assert } from "@assay/primitives/assert";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { type AccountKey, accountKeyText, HOUSE } from "./account.ts";
import { openLedgerBatch } from "./ledger-batch.ts";
import { toTransferId } from "./transfer.ts";

export interface RebuildRequest {
  /** The account's number, as reconciliation reports it. */
  readonly accountId: string;
  /** Names the repair in the journal; the same id is the same repair. */
  readonly correlationId: string;
  readonly metadata: JsonObject;
}

/** Units of the asset, as decimal texts. */
export interface RebuiltBalance {
  readonly accountId: string;
  readonly account: string;
  readonly before: AccountState;
  readonly after: AccountState;
  readonly journalPosition: number;
}

interface AccountState {
  readonly debitsPending: string;
  readonly debitsPosted: string;
  readonly creditsPending: string;
  readonly creditsPosted: string;
}

interface AccountRow {
  readonly key: string;
  readonly owner: string;
  readonly code: string;
  readonly asset: string;
  readonly debits_pending: string;
  readonly debits_posted: string;
  readonly credits_pending: string;
  readonly credits_posted: string;
}

/**
 * Makes an account what the amounts of its rows in the journal say, when it was changed around the ledger (R2). The same
 * transaction books and voids a pending transfer of one unit: the repair stands in the journal, with the right balances,
 * and since the journal's end has moved, no process trusts a balance it read before. `alsoIn` joins the transaction.
 */
export async function rebuildBalance(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  request: RebuildRequest,
  alsoIn: (transaction: Sql) => Promise<void>,
): Promise<Result<RebuiltBalance, { code: "ACCOUNT_NOT_FOUND" }>> {
  const { accountId } = request;
  if (!/^[1-9]\d{0,17}$/.test(accountId)) return refuse({ code: "ACCOUNT_NOT_FOUND" });
  return await database.transaction(async (transaction) => {
    await transaction.query(sql`select ledger_open()`);
    const [before] = await transaction.query<AccountRow>(sql`select * from ledger_accounts where id = ${accountId}`);
    if (before === undefined) return refuse({ code: "ACCOUNT_NOT_FOUND" });
    await alsoIn(transaction);
    const [after] = await transaction.query<AccountRow>(sql`select * from ledger_rebuild_account(${accountId})`);
    assert(after !== undefined, "a locked account is there");
    const journalPosition = await markRepair(transaction, clock, { request, row: after });
    return accept({ accountId, account: after.key, before: stateOf(before), after: stateOf(after), journalPosition });
  });
}

async function markRepair(
  transaction: Sql,
  clock: Clock,
  { request, row }: { readonly request: RebuildRequest; readonly row: AccountRow },
): Promise<number> {
  const { correlationId, metadata } = request;
  const account = { owner: row.owner, code: row.code, asset: row.asset } as AccountKey;
  const house: AccountKey = { owner: HOUSE, code: "house", asset: account.asset };
  const suspense: AccountKey = { ...house, code: "suspense" };
  const [pendingId, voidId] = [toTransferId(`rebuild:${correlationId}`), toTransferId(`rebuild:${correlationId}:void`)];
  const accounts = [account, house, suspense];
  const batch = await openLedgerBatch(transaction, { now: clock.now(), accounts, transfers: [pendingId, voidId] });
  const book = (debit: AccountKey, credit: AccountKey) => {
    const common = { debit, credit, amount: toAmount(1n), code: "probe" as const, correlationId, metadata };
    const held = batch.apply({ ...common, id: pendingId, flags: { pending: true } });
    return held.ok && batch.apply({ ...common, id: voidId, flags: { voidPending: true }, pendingId }).ok;
  };
  // A closed account, or one that may not be credited, takes no row; then the house keeps the mark.
  const isMarked = book(row.key === accountKeyText(house) ? suspense : house, account) || book(house, suspense);
  assert(isMarked, "a house account can hold one unit");
  return (await batch.flush()).position;
}

function stateOf(row: AccountRow): AccountState {
  return {
    debitsPending: row.debits_pending,
    debitsPosted: row.debits_posted,
    creditsPending: row.credits_pending,
    creditsPosted: row.credits_posted,
  };
}
