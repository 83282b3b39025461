import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type Amount, toAmount } from "@assay/primitives/amount";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { CustomerId } from "../customers/customer.ts";

/** One journal row as it touched a customer's own account. */
export interface StatementLine {
  readonly position: number;
  readonly recordedAt: Instant;
  /** The transfer's code, such as `order_reserve`. */
  readonly type: string;
  readonly kind: string;
  readonly asset: string;
  readonly amount: Amount;
  readonly direction: "credit" | "debit";
  /** What was available after it, in smallest units. */
  readonly availableAfter: bigint;
  readonly reference: string;
}

export interface StatementQuery {
  readonly owner: CustomerId;
  readonly limit: number;
  /** Only lines before this position. */
  readonly before?: number | undefined;
}

interface StatementRow {
  readonly sequence: string;
  readonly recorded_at: Date;
  readonly code: string;
  readonly kind: string;
  readonly asset: string;
  readonly amount: string;
  readonly is_debit: boolean;
  readonly available: string;
  readonly correlation_id: string;
}

/** A customer's journal rows over all assets, newest first. */
export async function readStatement(database: Sql, { owner, limit, before }: StatementQuery): Promise<StatementLine[]> {
  const bound = before ?? Number.MAX_SAFE_INTEGER;
  const rows = await database.query<StatementRow>(sql`
    select line.*, a.asset from ledger_accounts a cross join lateral (
      (select sequence, recorded_at, code, kind, amount, true as is_debit, correlation_id,
          debit_credits_posted - debit_debits_posted - debit_debits_pending as available
        from ledger_transfers where debit_account_id = a.id and sequence < ${bound} order by debit_version desc limit ${limit})
      union all
      (select sequence, recorded_at, code, kind, amount, false, correlation_id,
          credit_credits_posted - credit_debits_posted - credit_debits_pending
        from ledger_transfers where credit_account_id = a.id and sequence < ${bound} order by credit_version desc limit ${limit})
    ) line where a.owner = ${owner} and a.code = 'customer' order by line.sequence desc limit ${limit}`);
  return rows.map((row) => ({
    position: Number(row.sequence),
    recordedAt: toInstant(row.recorded_at.getTime()),
    type: row.code,
    kind: row.kind,
    asset: row.asset,
    amount: toAmount(BigInt(row.amount)),
    direction: row.is_debit ? "debit" : "credit",
    availableAfter: BigInt(row.available),
    reference: row.correlation_id,
  }));
}
