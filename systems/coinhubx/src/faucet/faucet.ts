import type { Clock } from "@assay/platform/clock/clock";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type Amount, toAmount } from "@assay/primitives/amount";
import { addMs, DAY_MS, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "../customers/customer.ts";
import { readFlagsForShare } from "../feature-flags/flag-store.ts";
import type { FlagRefusal } from "../feature-flags/flag-values.ts";
import { HOUSE } from "../ledger/account.ts";
import { openLedgerBatch } from "../ledger/ledger-batch.ts";
import { toTransferId } from "../ledger/transfer.ts";
import { amountOf, ETH, type ListedAsset, USDT, WBTC } from "../markets/assets.ts";

/** What one customer may take of each asset in any 24 hours. */
const PER_DAY: ReadonlyMap<string, Amount> = new Map(
  (
    [
      [ETH, "1000"],
      [USDT, "1000000"],
      [WBTC, "50"],
    ] as const
  ).map(([asset, text]) => [asset.code, amountOf(text, asset.decimals)]),
);

export interface FaucetRequest {
  readonly customerId: CustomerId;
  readonly asset: ListedAsset;
  readonly amount: Amount;
  /** Unique per customer: the same key gives the coins once. */
  readonly key: string;
}

export type FaucetRefusal = { readonly code: "FAUCET_EMPTY"; readonly left: Amount } | FlagRefusal;

/** Gives customers coins of the house out of nothing; exists in local mode only. */
export type Faucet = (request: FaucetRequest) => Promise<Result<{ readonly sequence: number }, FaucetRefusal>>;

export function createFaucet({ database, clock }: { database: Database; clock: Clock }): Faucet {
  return (request) =>
    database.transaction(async (transaction) => {
      const open = (await readFlagsForShare(transaction)).checkMaintenance();
      if (!open.ok) return open;
      const account = { owner: request.customerId, code: "customer", asset: request.asset.code } as const;
      const house = { owner: HOUSE, code: "house", asset: request.asset.code } as const;
      const id = toTransferId(`faucet:${request.customerId}:${request.key}`);
      const now = clock.now();
      const batch = await openLedgerBatch(transaction, { now, accounts: [account, house], transfers: [id] });
      // The ledger's lock is held, so nobody else's coins come between this sum and our own.
      const left = await leftToday(transaction, { request, id, now });
      if (request.amount > left) return refuse({ code: "FAUCET_EMPTY", left });
      const outcome = batch.apply({
        id,
        debit: house,
        credit: account,
        amount: request.amount,
        code: "faucet",
        correlationId: id,
      });
      if (!outcome.ok) return refuse({ code: "FAUCET_EMPTY", left });
      await batch.flush();
      return accept({ sequence: outcome.value.sequence });
    });
}

async function leftToday(
  transaction: Sql,
  { request, id, now }: { request: FaucetRequest; id: string; now: Instant },
): Promise<Amount> {
  const [row] = await transaction.query<{ taken: string }>(sql`
    select coalesce(sum(t.amount), 0) as taken from ledger_transfers t join ledger_accounts a on a.id = t.credit_account_id
    where a.key = ${`${request.customerId}/customer/${request.asset.code}`} and t.code = 'faucet' and t.id <> ${id}
      and t.recorded_at > ${new Date(addMs(now, -DAY_MS))}`);
  const left = (PER_DAY.get(request.asset.code) ?? 0n) - BigInt(row!.taken);
  return toAmount(left > 0n ? left : 0n);
}
