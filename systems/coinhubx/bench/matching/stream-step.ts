import { toInstant } from "@assay/primitives/instant";
import type { CustomerId } from "../../src/customers/customer.ts";
import { ETH_USDT } from "../../src/markets/markets.ts";
import type { CancelCommand, PlaceCommand } from "../../src/matching/engine-command.ts";
import type { OrderId, Side } from "../../src/matching/order.ts";

/** One command of the mix: an amend is a cancel and an insert. */
export interface StreamStep {
  readonly cancel: CancelCommand | undefined;
  readonly place: PlaceCommand | undefined;
}

export const CUSTOMERS = 1_000;

// A row: order and customer to cancel, order and customer to place, side, price in ticks, lots. Order 0 is none.
const COLUMNS = 7;
const AT = toInstant(Date.UTC(2026, 0, 31));
const CUSTOMER_IDS = Array.from({ length: CUSTOMERS }, (_, number) => idOf("usr_", number) as CustomerId);

/** What a step does, by numbers. */
export interface StepNumbers {
  readonly cancel?: { readonly order: number; readonly customer: number };
  readonly place?: {
    readonly order: number;
    readonly customer: number;
    readonly side: Side;
    readonly priceTicks: number;
    readonly quantityLots: number;
  };
}

/** Packs steps into rows of numbers, which travel between threads without being taken apart. */
export function packSteps(count: number, next: () => StepNumbers): Int32Array {
  const rows = new Int32Array(count * COLUMNS);
  for (let at = 0; at < rows.length; at += COLUMNS) {
    const { cancel, place } = next();
    rows[at] = cancel?.order ?? 0;
    rows[at + 1] = cancel?.customer ?? 0;
    rows[at + 2] = place?.order ?? 0;
    rows[at + 3] = place?.customer ?? 0;
    rows[at + 4] = place?.side === "sell" ? 1 : 0;
    rows[at + 5] = place?.priceTicks ?? 0;
    rows[at + 6] = place?.quantityLots ?? 0;
  }
  return rows;
}

/** The steps `from` … `from + count` of packed rows, as fresh commands, the way a parser hands them over. */
export function readSteps(rows: Int32Array, from: number, count: number): StreamStep[] {
  return Array.from({ length: count }, (_, step) => readStep(rows, (from + step) * COLUMNS));
}

export function countSteps(rows: Int32Array): number {
  return rows.length / COLUMNS;
}

function readStep(rows: Int32Array, at: number): StreamStep {
  const [canceled, placed] = [rows[at]!, rows[at + 2]!];
  const cancel: CancelCommand | undefined =
    canceled === 0
      ? undefined
      : {
          type: "cancel",
          orderId: idOf("ord_", canceled) as OrderId,
          customerId: CUSTOMER_IDS[rows[at + 1]!]!,
          at: AT,
        };
  if (placed === 0) return { cancel, place: undefined };
  const place: PlaceCommand = {
    type: "place",
    orderId: idOf("ord_", placed) as OrderId,
    customerId: CUSTOMER_IDS[rows[at + 3]!]!,
    side: rows[at + 4] === 1 ? "sell" : "buy",
    priceTicks: rows[at + 5]!,
    quantityLots: rows[at + 6]!,
    makerFeeBps: ETH_USDT.makerFeeBps,
    takerFeeBps: ETH_USDT.takerFeeBps,
    at: AT,
  };
  return { cancel, place };
}

/** An id as long as ours are. */
function idOf(prefix: string, number: number): string {
  return receivedText(prefix + String(number).padStart(26, "0"));
}

/** The text as a parser makes it: characters in one row, not a tree of pieces. */
export function receivedText(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
