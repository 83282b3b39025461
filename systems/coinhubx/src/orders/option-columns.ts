import type { OrderOptions, OrderType, SelfTradePrevention, TimeInForce } from "../matching/order.ts";

/** How a journal's row holds what is not a plain limit; all null for one that is. */
export interface OptionColumns {
  readonly order_type: OrderType | null;
  readonly time_in_force: TimeInForce | null;
  readonly post_only: boolean | null;
  readonly stp: SelfTradePrevention | null;
  readonly stop_price_ticks: string | null;
  readonly budget: string | null;
}

export function optionColumns(options: OrderOptions) {
  return {
    order_type: options.orderType,
    time_in_force: options.timeInForce,
    post_only: options.postOnly,
    stp: options.stp,
    stop_price_ticks: options.stopPriceTicks === 0 ? null : options.stopPriceTicks,
    budget: options.budget === 0n ? null : options.budget.toString(),
  };
}

/** `undefined` for a plain limit. */
export function readOptions(row: OptionColumns): OrderOptions | undefined {
  if (row.order_type === null) return undefined;
  return {
    orderType: row.order_type,
    timeInForce: row.time_in_force!,
    postOnly: row.post_only!,
    stp: row.stp!,
    stopPriceTicks: Number(row.stop_price_ticks ?? 0),
    budget: BigInt(row.budget ?? 0),
  };
}
