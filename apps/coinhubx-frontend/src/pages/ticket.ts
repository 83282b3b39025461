import type { newOrderSchema } from "@assay/coinhubx/api/schema/orders";
import type { z } from "zod";
import { compare, isDecimal } from "./decimal.ts";

export type NewOrder = Omit<z.input<typeof newOrderSchema>, "client_order_id">;

/** What the order form holds: every field that any type of order has, as typed. */
export interface Ticket {
  readonly type: "limit" | "market" | "stop" | "stop_limit";
  readonly side: "buy" | "sell";
  readonly price: string;
  readonly stop: string;
  readonly quantity: string;
  /** A market buy may say what to spend instead of how much to get. */
  readonly byBudget: boolean;
  readonly budget: string;
  readonly time: "gtc" | "ioc" | "fok";
  readonly postOnly: boolean;
}

export const NO_TICKET: Ticket = {
  ...{ type: "limit", side: "buy", price: "", stop: "", quantity: "", byBudget: false, budget: "" },
  ...{ time: "gtc", postOnly: false },
};

export const TYPES: readonly { readonly type: Ticket["type"]; readonly label: string; readonly meaning: string }[] = [
  { type: "limit", label: "Limit", meaning: "Trades at your price or better." },
  { type: "market", label: "Market", meaning: "Trades at once, at most 5 % away from the best price." },
  { type: "stop", label: "Stop", meaning: "Becomes a market order when the last price reaches your stop price." },
  {
    type: "stop_limit",
    label: "Stop limit",
    meaning: "Becomes a limit order when the last price reaches your stop price.",
  },
];

export function hasLimit({ type }: Ticket): boolean {
  return type === "limit" || type === "stop_limit";
}

export function hasStop({ type }: Ticket): boolean {
  return type === "stop" || type === "stop_limit";
}

function spends({ type, side, byBudget }: Ticket): boolean {
  return type === "market" && side === "buy" && byBudget;
}

/** Whether every field that its type needs is a decimal above zero. */
export function isReady(ticket: Ticket): boolean {
  const wanted = [
    ...(hasLimit(ticket) ? [ticket.price] : []),
    ...(hasStop(ticket) ? [ticket.stop] : []),
    spends(ticket) ? ticket.budget : ticket.quantity,
  ];
  return wanted.every((text) => isDecimal(text) && compare(text, "0") > 0);
}

/** The request for a ticket: only the fields that its type has. */
export function orderOf(market: string, ticket: Ticket): NewOrder {
  const { type, side, price, stop, quantity, budget, time, postOnly } = ticket;
  return {
    ...{ market, side, type },
    ...(hasLimit(ticket) ? { price } : {}),
    ...(hasStop(ticket) ? { stop_price: stop } : {}),
    ...(spends(ticket) ? { quote_quantity: budget } : { quantity }),
    ...(type === "limit" ? { time_in_force: time, post_only: time === "gtc" && postOnly } : {}),
  };
}
