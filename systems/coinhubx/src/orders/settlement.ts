import { toAmount } from "@assay/primitives/amount";
import type { AssetCode } from "@assay/primitives/money";
import type { CustomerId } from "../customers/customer.ts";
import { type AccountKey, HOUSE } from "../ledger/account.ts";
import { type TransferCommand, toTransferId } from "../ledger/transfer.ts";
import type { Market } from "../markets/markets.ts";
import type { EngineEvent, TradeEvent } from "../matching/engine-event.ts";
import type { OrderId, OrderTerms, Side } from "../matching/order.ts";

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

/** Sets an order's reserve aside; refused by the ledger when the customer has less. This is the risk check. */
export function reserveTransfer(market: Market, terms: OrderTerms, reserve: bigint): TransferCommand {
  const asset = reserveAsset(market, terms.side);
  return {
    id: toTransferId(`order:${terms.orderId}:reserve`),
    debit: free(terms.customerId, asset),
    credit: held(terms.customerId, asset),
    amount: toAmount(reserve),
    code: "order_reserve",
    correlationId: terms.orderId,
  };
}

/**
 * The moves that follow from what the engine did, in order. Buyers pay from what was set aside; sellers are paid in full
 * and charged their fee from it. Nothing here can be refused: the reserve covers the worst case.
 */
export function settlementTransfers(market: Market, events: readonly EngineEvent[]): TransferCommand[] {
  return events.flatMap((event) => {
    if (event.type === "trade") return tradeTransfers(market, event);
    if (event.type === "rejected" || event.released === 0n) return [];
    return [releaseTransfer(market, event)];
  });
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

interface Release {
  readonly type: "placed" | "canceled";
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly side: Side;
  readonly released: bigint;
}

function releaseTransfer(market: Market, event: Release): TransferCommand {
  const asset = reserveAsset(market, event.side);
  return {
    id: toTransferId(`order:${event.orderId}:${event.type === "placed" ? "surplus" : "cancel"}`),
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
