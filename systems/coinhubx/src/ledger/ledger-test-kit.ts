import { join } from "node:path";
import { toAmount } from "@assay/primitives/amount";
import { toAssetCode } from "@assay/primitives/money";
import { type AccountKey, HOUSE } from "./account.ts";
import { type TransferCommand, toTransferId } from "./transfer.ts";

// Shared by the tests and benchmarks of the ledger.

export const MIGRATIONS = join(import.meta.dirname, "../../migrations");

export const USDT = toAssetCode("USDT");
export const ETH = toAssetCode("ETH");
export const house: AccountKey = { owner: HOUSE, code: "house", asset: USDT };
export const alice: AccountKey = { owner: "alice", code: "customer", asset: USDT };
export const bob: AccountKey = { owner: "bob", code: "customer", asset: USDT };

/** The house pays Alice 100, unless said otherwise. */
export function transfer(
  id: string,
  fields: Partial<TransferCommand> & { readonly units?: bigint } = {},
): TransferCommand {
  const { units = 100n, ...others } = fields;
  return {
    id: toTransferId(id),
    debit: house,
    credit: alice,
    amount: toAmount(units),
    code: "faucet",
    correlationId: id,
    ...others,
  };
}
