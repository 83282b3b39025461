import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import type { MarketCode, MarketState } from "../markets/markets.ts";
import type { ReplayMismatch } from "../matching/replay.ts";

/**
 * Sets what a market allows. Every batch reads it inside its own transaction, so once this has committed nothing that
 * the new state forbids commits any more.
 */
export async function setMarketState(
  transaction: Sql,
  market: MarketCode,
  { state, reason }: { readonly state: MarketState; readonly reason: string },
): Promise<void> {
  await transaction.execute(sql`
    update markets set state = ${state}, state_reason = ${reason}, state_changed_at = now() where code = ${market}`);
}

/** Lets an open market do nothing but cancel, until people have looked; nothing is repaired. */
export async function closeMarketAfterMismatch(
  database: Sql,
  market: MarketCode,
  { sequence, reason }: ReplayMismatch,
): Promise<void> {
  await database.execute(sql`
    update markets set state = 'cancel_only', state_changed_at = now(),
      state_reason = ${`ENGINE_REPLAY_MISMATCH (${reason}) at command ${sequence}`}
    where code = ${market} and state in ('open', 'post_only')`);
}

export async function readMarketStates(database: Sql): Promise<Map<MarketCode, MarketState>> {
  const rows = await database.query<{ code: MarketCode; state: MarketState }>(sql`select code, state from markets`);
  return new Map(rows.map(({ code, state }) => [code, state]));
}
