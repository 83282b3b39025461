import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { Failure } from "@assay/primitives/failure";
import type { MarketCode, MarketState } from "../markets/markets.ts";

/** How long a lease lasts without renewal, by the database's clock. */
export const LEASE_MS = 5_000;
export const LEASE_RENEWAL_MS = 1_000;

/** The right to run a market's engine. A higher epoch has replaced a lower one for good. */
export interface Lease {
  readonly market: MarketCode;
  readonly owner: string;
  readonly epoch: number;
}

/**
 * Takes the lease if it is free, has run out or is ours already, under a new epoch; `undefined` while another process
 * holds it. Waits for a batch that is in its commit, so what is read afterwards is complete.
 */
export async function takeLease(database: Sql, market: MarketCode, owner: string): Promise<Lease | undefined> {
  const [row] = await database.query<{ epoch: string }>(sql`
    update engine_leases
    set owner = ${owner}, epoch = epoch + 1, expires_at = clock_timestamp() + ${LEASE_MS} * interval '1 ms'
    where market = ${market} and (owner = ${owner} or expires_at < clock_timestamp())
    returning epoch`);
  return row === undefined ? undefined : { market, owner, epoch: Number(row.epoch) };
}

/** False when another epoch has begun: the engine in memory is void. */
export async function renewLease(database: Sql, { market, owner, epoch }: Lease): Promise<boolean> {
  const renewed = await database.execute(sql`
    update engine_leases set expires_at = clock_timestamp() + ${LEASE_MS} * interval '1 ms'
    where market = ${market} and owner = ${owner} and epoch = ${epoch}`);
  return renewed === 1;
}

/** Lets the next process take over at once. */
export async function releaseLease(database: Sql, { market, owner, epoch }: Lease): Promise<void> {
  await database.execute(sql`
    update engine_leases set expires_at = '-infinity'
    where market = ${market} and owner = ${owner} and epoch = ${epoch}`);
}

/**
 * Holds the lease until the transaction ends and returns what the market allows; the first statement of every batch.
 * A process that stops inside the transaction is cut off by the server before the lease could be waited for too long.
 * @throws Failure `ENGINE_FENCED` (retryable) when another epoch has begun.
 */
export async function holdLease(transaction: Sql, { market, owner, epoch }: Lease): Promise<MarketState> {
  const [row] = await transaction.query<{ state: MarketState }>(sql`
    select m.state, set_config('idle_in_transaction_session_timeout', '4000', true)
    from engine_leases l join markets m on m.code = l.market
    where l.market = ${market} and l.owner = ${owner} and l.epoch = ${epoch}
    for share`);
  if (row === undefined) throw new Failure("ENGINE_FENCED", { retryable: true, details: { market, epoch } });
  return row.state;
}
