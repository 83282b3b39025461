import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type Amount, addAmounts, toAmount, ZERO } from "@assay/primitives/amount";
import type { CustomerId } from "../customers/customer.ts";
import { ASSETS, type ListedAsset } from "../markets/assets.ts";

/** What a customer has of one asset; `total` is the sum of the others. */
export interface CustomerBalance {
  readonly asset: ListedAsset;
  readonly total: Amount;
  readonly available: Amount;
  /** Behind open orders. */
  readonly inOrders: Amount;
  /** Behind withdrawals and holds. */
  readonly onHold: Amount;
}

interface AccountRow {
  readonly asset: string;
  readonly code: "customer" | "customer_orders";
  readonly posted: string;
  readonly held: string;
}

/** One row per listed asset, in listing order, zeros included. */
export async function readCustomerBalances(database: Sql, owner: CustomerId): Promise<CustomerBalance[]> {
  const keys = ASSETS.flatMap(({ code }) => [`${owner}/customer/${code}`, `${owner}/customer_orders/${code}`]);
  const rows = await database.query<AccountRow>(sql`
    select asset, code, credits_posted - debits_posted as posted, debits_pending as held
    from ledger_accounts where key = any(${keys})`);
  const find = (asset: string, code: AccountRow["code"]) =>
    rows.find((row) => row.asset === asset && row.code === code) ?? { posted: "0", held: "0" };
  return ASSETS.map((asset) => {
    const own = find(asset.code, "customer");
    const onHold = toAmount(BigInt(own.held));
    const posted = BigInt(own.posted);
    const available = posted > onHold ? toAmount(posted - onHold) : ZERO;
    const inOrders = toAmount(BigInt(find(asset.code, "customer_orders").posted));
    return { asset, available, inOrders, onHold, total: addAmounts(toAmount(posted), inOrders) };
  });
}
