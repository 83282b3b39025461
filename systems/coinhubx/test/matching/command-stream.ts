import { type Instant, toInstant } from "@assay/primitives/instant";
import fc from "fast-check";
import type { CustomerId } from "../../src/customers/customer.ts";
import type { EngineCommand, PlaceCommand } from "../../src/matching/engine-command.ts";
import type { EngineRules } from "../../src/matching/matching-engine.ts";
import type { OrderId, Side } from "../../src/matching/order.ts";

/** What a customer tries: a limit near the middle, or a cancel of the n-th order that was ever placed. */
export type Intent =
  | {
      readonly kind: "place";
      readonly customer: number;
      readonly side: Side;
      readonly price: number;
      readonly lots: number;
    }
  | { readonly kind: "cancel"; readonly order: number };

/** Few customers and few prices, so that trades, queues, own orders in the way and partial fills are all common. */
export function intents(
  options: { readonly maxLength?: number; readonly middle?: number } = {},
): fc.Arbitrary<Intent[]> {
  const middle = options.middle ?? 300_000;
  const place = fc.record({
    kind: fc.constant("place" as const),
    customer: fc.integer({ min: 0, max: 4 }),
    side: fc.constantFrom<Side>("buy", "sell"),
    price: fc.integer({ min: middle - 6, max: middle + 6 }),
    lots: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 100_000 })),
  });
  const cancel = fc.record({ kind: fc.constant("cancel" as const), order: fc.nat(60) });
  return fc.array(fc.oneof({ weight: 4, arbitrary: place }, { weight: 1, arbitrary: cancel }), {
    maxLength: options.maxLength ?? 60,
    size: "max",
  });
}

export const NOON: Instant = toInstant(Date.UTC(2026, 0, 31, 12));

export function customer(number: number): CustomerId {
  return `usr_${number}` as CustomerId;
}

export interface Fees {
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
}

export function placeCommand(number: number, intent: Intent & { kind: "place" }, fees: Fees): PlaceCommand {
  return {
    type: "place",
    orderId: `ord_${number}` as OrderId,
    customerId: customer(intent.customer),
    side: intent.side,
    priceTicks: intent.price,
    quantityLots: intent.lots,
    ...fees,
    at: NOON,
  };
}

/** What commands are tried against; both the engine and its oracle are one. */
export interface CommandTarget {
  readonly rules: EngineRules;
  isOpen(orderId: OrderId): boolean;
  check(command: PlaceCommand): string | undefined;
}

/** Turns intents into commands one at a time; `undefined` for one that a service would refuse before the engine. */
export class CommandSource {
  readonly #target: CommandTarget;
  readonly #fees: Fees;
  readonly #placed: PlaceCommand[] = [];

  constructor(target: CommandTarget, fees: Fees = { makerFeeBps: 5, takerFeeBps: 10 }) {
    this.#target = target;
    this.#fees = fees;
  }

  next(intent: Intent): EngineCommand | undefined {
    if (intent.kind === "place") {
      const command = placeCommand(this.#placed.length, intent, this.#fees);
      if (this.#target.check(command) !== undefined) return undefined;
      this.#placed.push(command);
      return command;
    }
    const order = this.#placed[intent.order];
    if (order === undefined || !this.#target.isOpen(order.orderId)) return undefined;
    return { type: "cancel", orderId: order.orderId, customerId: order.customerId, at: NOON };
  }
}
