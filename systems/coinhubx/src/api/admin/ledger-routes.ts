import { answer, type Route, route } from "@assay/platform/http/route";
import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { formatAmount, formatUnits, toAmount } from "@assay/primitives/amount";
import { formatInstant, parseInstant, toInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { AccountKey, Balances, LedgerAccount } from "../../ledger/account.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { findAsset } from "../../markets/assets.ts";
import { operator, operatorWithAny } from "../access.ts";
import type { Principal } from "../principal.ts";
import {
  ledgerAccountSchema,
  ledgerBalanceQuerySchema,
  ledgerSumsSchema,
  type ledgerTransferSchema,
  ledgerTransfersQuerySchema,
  ledgerTransfersSchema,
} from "../schema/admin.ts";

export interface AdminLedgerRoutesOptions {
  readonly database: Sql;
  readonly ledger: Ledger;
}

const auditors = operatorWithAny(["compliance", "auditor"]);
const accountParams = z.strictObject({ id: z.string().regex(/^\d{1,18}$/, "an account's number") });

export function adminLedgerRoutes(options: AdminLedgerRoutesOptions): Route<Principal>[] {
  return [accountRoute(options), balanceRoute(options), transfersRoute(options), sumsRoute(options)];
}

async function findAccount(
  { database, ledger }: AdminLedgerRoutesOptions,
  id: string,
): Promise<LedgerAccount | undefined> {
  const [row] = await database.query<AccountKey>(sql`select owner, code, asset from ledger_accounts where id = ${id}`);
  return row === undefined ? undefined : await ledger.account(row);
}

function accountRoute(options: AdminLedgerRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/admin/ledger/accounts/:id",
    summary: "An account of the ledger",
    access: auditors,
    params: accountParams,
    replies: { 200: ledgerAccountSchema },
    async handle({ params }) {
      const account = await findAccount(options, params.id);
      return account === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, accountView(account, account));
    },
  });
}

function balanceRoute(options: AdminLedgerRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/admin/ledger/accounts/:id/balance",
    summary: "An account at a point in time, as recorded then or as known today",
    access: auditors,
    params: accountParams,
    query: ledgerBalanceQuerySchema,
    replies: { 200: ledgerAccountSchema },
    async handle({ params, query }) {
      const account = await findAccount(options, params.id);
      if (account === undefined) return refuse({ code: "NOT_FOUND" });
      const at = query.at === undefined ? undefined : parseInstant(query.at);
      const balances = await options.ledger.balance(account, { view: query.view, ...(at?.ok ? { at: at.value } : {}) });
      return answer(200, accountView(account, balances));
    },
  });
}

function transfersRoute(options: AdminLedgerRoutesOptions): Route<Principal> {
  const { database } = options;
  return route({
    method: "GET",
    path: "/api/admin/ledger/transfers",
    summary: "The journal, newest first; of one account when asked",
    access: auditors,
    query: ledgerTransfersQuerySchema,
    replies: { 200: ledgerTransfersSchema },
    async handle({ query }) {
      const { account, limit, cursor = Number.MAX_SAFE_INTEGER } = query;
      const chosen = account === undefined ? fragment`ledger_transfers` : transfersOf(account, { limit, cursor });
      const rows = await database.query<TransferRow>(sql`
        select t.sequence, t.id, t.kind, t.code, d.key as debit, c.key as credit, d.asset, t.amount, t.correlation_id,
          t.metadata, t.effective_at, t.recorded_at
        from ${chosen} t join ledger_accounts d on d.id = t.debit_account_id join ledger_accounts c on c.id = t.credit_account_id
        where t.sequence < ${cursor}
        order by t.sequence desc limit ${limit}`);
      const next_cursor = rows.length === limit ? Number(rows.at(-1)!.sequence) : null;
      return answer(200, { success: true as const, transfers: rows.map(transferView), next_cursor });
    },
  });
}

/** The newest rows of one account, by its key or number, each side by its index: the journal is too long to be searched. */
function transfersOf(account: string, { limit, cursor }: { readonly limit: number; readonly cursor: number }) {
  const number = /^\d{1,18}$/.test(account) ? account : null;
  return fragment`(
    select side.* from (select id from ledger_accounts where key = ${account} or id = ${number}::bigint) a
    cross join lateral (
      (select * from ledger_transfers where debit_account_id = a.id and sequence < ${cursor}
        order by debit_version desc limit ${limit})
      union all
      (select * from ledger_transfers where credit_account_id = a.id and sequence < ${cursor}
        order by credit_version desc limit ${limit})
    ) side)`;
}

function sumsRoute({ database }: AdminLedgerRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/admin/ledger/sums",
    summary: "What the exchange owes and has, per asset and kind of account",
    access: operator("viewer"),
    replies: { 200: ledgerSumsSchema },
    async handle() {
      const rows = await database.query<{ asset: string; code: string; accounts: string; units: string }>(sql`
        select asset, code, count(*) as accounts, sum(credits_posted - debits_posted) as units
        from ledger_accounts group by asset, code order by asset, code`);
      return answer(200, {
        success: true as const,
        sums: rows.map(({ asset, code, accounts, units }) => ({
          asset,
          code,
          accounts: Number(accounts),
          balance: formatUnits(BigInt(units), findAsset(asset)!.decimals),
          balance_units: units,
        })),
      });
    },
  });
}

function accountView(account: LedgerAccount, balances: Balances): z.input<typeof ledgerAccountSchema> {
  const text = (units: Balances["debitsPosted"]) => formatAmount(units, findAsset(account.asset)!.decimals);
  return {
    account_id: account.id.toString(),
    owner: account.owner,
    code: account.code,
    asset: account.asset,
    closed: account.closed,
    version: account.version,
    debits_pending: text(balances.debitsPending),
    debits_posted: text(balances.debitsPosted),
    credits_pending: text(balances.creditsPending),
    credits_posted: text(balances.creditsPosted),
    balance_units: (balances.creditsPosted - balances.debitsPosted).toString(),
  };
}

interface TransferRow {
  readonly sequence: string;
  readonly id: string;
  readonly kind: string;
  readonly code: string;
  readonly debit: string;
  readonly credit: string;
  readonly asset: string;
  readonly amount: string;
  readonly correlation_id: string;
  readonly metadata: Record<string, unknown>;
  readonly effective_at: Date;
  readonly recorded_at: Date;
}

function transferView(row: TransferRow): z.input<typeof ledgerTransferSchema> {
  return {
    sequence: Number(row.sequence),
    transfer_id: row.id,
    kind: row.kind,
    code: row.code,
    debit: row.debit,
    credit: row.credit,
    asset: row.asset,
    amount: formatAmount(toAmount(BigInt(row.amount)), findAsset(row.asset)!.decimals),
    amount_units: row.amount,
    correlation_id: row.correlation_id,
    metadata: row.metadata,
    effective_at: formatInstant(toInstant(row.effective_at.getTime())),
    recorded_at: formatInstant(toInstant(row.recorded_at.getTime())),
  };
}
