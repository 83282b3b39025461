import { toAmount } from "@assay/primitives/amount";
import type { AssetCode } from "@assay/primitives/money";
import type { CustomerId } from "../customers/customer.ts";
import { type AccountKey, HOUSE } from "../ledger/account.ts";
import { type TransferCommand, toTransferId } from "../ledger/transfer.ts";
import type { Market } from "../markets/markets.ts";
import type { EngineEvent, TradeEvent } from "../matching/engine-event.ts";
import type { OrderId, Side } from "../matching/order.ts";

/** The asset that an order of this side sets aside. */
export function reserveAsset(market: Market, side: Side): AssetCode {
  return side === "buy" ? market.quote.code : market.base.code;
}

/** Every account that orders of this customer can touch in this market. */
export function accountsOf(market: Market, customerId: CustomerId): AccountKey[] {
  return [market.base.code, market.quote.code].flatMap((asset) => [free(customerId, asset), held(customerId, asset)]);
}

export function feeAccount(market: Market): AccountKey {
  return { owner: HOUSE, code: "fees", asset: market.quote.code };
}

interface Owned {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
}

/** Sets an order's reserve aside; refused by the ledger when the customer has less. This is the risk check. */
export function reserveTransfer(market: Market, terms: Owned, reserve: bigint): TransferCommand {
  return setAside(market, terms, { name: "reserve", units: reserve });
}

/** Sets aside what a changed order needs in addition; `sequence` is the number that the change will have. */
export function amendTransfer(
  market: Market,
  terms: Owned,
  { sequence, units }: { readonly sequence: number; readonly units: bigint },
): TransferCommand {
  return setAside(market, terms, { name: `reserve:${sequence}`, units });
}

function setAside(
  market: Market,
  terms: Owned,
  { name, units }: { readonly name: string; readonly units: bigint },
): TransferCommand {
  const asset = reserveAsset(market, terms.side);
  return {
    id: toTransferId(`order:${terms.orderId}:${name}`),
    debit: free(terms.customerId, asset),
    credit: held(terms.customerId, asset),
    amount: toAmount(units),
    code: "order_reserve",
    correlationId: terms.orderId,
  };
}

/**
 * The moves that follow from what the engine did, in order. Buyers pay from what was set aside; sellers are paid in full
 * and charged their fee from it. Nothing here can be refused: the reserve covers the worst case.
 */
export function settlementTransfers(
  market: Market,
  { sequence, events }: { readonly sequence: number; readonly events: readonly EngineEvent[] },
): TransferCommand[] {
  return events.flatMap((event, index) => {
    if (event.type === "trade") return tradeTransfers(market, event);
    const release = releaseOf(event);
    // One command may release more than once for one order.
    return release === undefined || release.released === 0n
      ? []
      : [releaseTransfer(market, release, `release:${sequence}.${index}`)];
  });
}

/** The customers whose accounts the moves after these events touch. */
export function customersOf(events: readonly EngineEvent[]): Set<CustomerId> {
  const customers = new Set<CustomerId>();
  for (const event of events) {
    if (event.type === "trade" || event.type === "decremented")
      customers.add(event.maker.customerId).add(event.taker.customerId);
    else customers.add(event.customerId);
  }
  return customers;
}

function tradeTransfers(market: Market, trade: TradeEvent): TransferCommand[] {
  const [buyer, seller] = trade.takerSide === "buy" ? [trade.taker, trade.maker] : [trade.maker, trade.taker];
  const base = market.base.code;
  const quote = market.quote.code;
  const trades = `trade:${market.code}:${trade.number}`;
  const transfer = (
    name: string,
    move: Pick<TransferCommand, "debit" | "credit" | "code"> & { amount: bigint },
  ): TransferCommand => ({
    ...move,
    id: toTransferId(`${trades}:${name}`),
    amount: toAmount(move.amount),
    correlationId: trades,
  });
  const paid = { debit: held(buyer.customerId, quote), credit: free(seller.customerId, quote) };
  const delivered = { debit: held(seller.customerId, base), credit: free(buyer.customerId, base) };
  const fees = { credit: feeAccount(market), code: "trade_fee" } as const;
  return [
    transfer("base", { ...delivered, code: "trade", amount: BigInt(trade.lots) * market.lot }),
    transfer("quote", { ...paid, code: "trade", amount: trade.notional }),
    transfer("buyer-fee", { ...fees, debit: held(buyer.customerId, quote), amount: buyer.fee }),
    transfer("seller-fee", { ...fees, debit: free(seller.customerId, quote), amount: seller.fee }),
  ].filter(({ amount }) => amount > 0n);
}

interface Release extends Owned {
  readonly released: bigint;
}

/** What the event gives back of an order's reserve; `undefined` when it has none to give. */
export function releaseOf(event: EngineEvent): Release | undefined {
  if (event.type === "decremented") return event.maker;
  return event.type === "trade" || event.type === "rejected" || event.type === "triggered" ? undefined : event;
}

function releaseTransfer(market: Market, event: Release, name: string): TransferCommand {
  const asset = reserveAsset(market, event.side);
  return {
    id: toTransferId(`order:${event.orderId}:${name}`),
    debit: held(event.customerId, asset),
    credit: free(event.customerId, asset),
    amount: toAmount(event.released),
    code: "order_release",
    correlationId: event.orderId,
  };
}

function free(owner: CustomerId, asset: AssetCode): AccountKey {
  return { owner, code: "customer", asset };
}

function held(owner: CustomerId, asset: AssetCode): AccountKey {
  return { owner, code: "customer_orders", asset };
}
