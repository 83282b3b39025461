import { type Instant, toInstant } from "@assay/primitives/instant";
import fc from "fast-check";
import type { CustomerId } from "../../src/customers/customer.ts";
import type { AmendCommand, EngineCommand, PlaceCommand } from "../../src/matching/engine-command.ts";
import type { EngineRules, MatchingEngine } from "../../src/matching/matching-engine.ts";
import { type OrderId, type OrderOptions, PLAIN_LIMIT, type Side } from "../../src/matching/order.ts";

/** What a customer tries: an order near the middle, or a cancel or a change of the n-th order that was ever placed. */
export type Intent =
  | {
      readonly kind: "place";
      readonly customer: number;
      readonly side: Side;
      readonly price: number;
      readonly lots: number;
      readonly options?: OrderOptions;
    }
  | { readonly kind: "cancel"; readonly order: number }
  | { readonly kind: "amend"; readonly order: number; readonly price: number; readonly lots: number };

/** Every kind of order but plain limits; stops lie a few ticks around the middle like everything else. */
function orderOptions(middle: number): fc.Arbitrary<OrderOptions> {
  const stp = fc.constantFrom("none", "expire_taker", "expire_maker", "expire_both", "decrement");
  const stopPriceTicks = fc.integer({ min: middle - 6, max: middle + 6 });
  const all = { ...PLAIN_LIMIT };
  return fc.oneof(
    fc.record({ timeInForce: fc.constantFrom("gtc", "ioc", "fok"), stp }).map((own) => ({ ...all, ...own })),
    fc.record({ stp }).map((own) => ({ ...all, ...own, postOnly: true })),
    fc
      .record({ stp, budget: fc.oneof(fc.constant(0n), fc.bigInt(1n, 8_000_000n)) })
      .map((own) => ({ ...all, ...own, orderType: "market" as const, timeInForce: "ioc" as const })),
    fc
      .record({ stp, stopPriceTicks })
      .map((own) => ({ ...all, ...own, orderType: "stop" as const, timeInForce: "ioc" as const })),
    fc
      .record({ stp, stopPriceTicks, timeInForce: fc.constantFrom("gtc", "ioc", "fok") })
      .map((own) => ({ ...all, ...own, orderType: "stop_limit" as const })),
  ) as fc.Arbitrary<OrderOptions>;
}

/** Few customers and few prices, so that trades, queues, own orders in the way and partial fills are all common. */
export function intents(
  options: { readonly maxLength?: number; readonly middle?: number; readonly limitsOnly?: boolean } = {},
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
  const amend = fc.record({
    kind: fc.constant("amend" as const),
    order: fc.nat(60),
    price: fc.integer({ min: middle - 6, max: middle + 6 }),
    lots: fc.integer({ min: 1, max: 20 }),
  });
  const special = fc.tuple(place, orderOptions(middle)).map(([limit, own]) => ({ ...limit, options: own }));
  const simple = [
    { weight: 4, arbitrary: place },
    { weight: 1, arbitrary: cancel },
  ] as const;
  const any: fc.Arbitrary<Intent> = options.limitsOnly
    ? fc.oneof(...simple)
    : fc.oneof(...simple, { weight: 3, arbitrary: special }, { weight: 1, arbitrary: amend });
  return fc.array(any, { maxLength: options.maxLength ?? 60, size: "max" });
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
  const { options } = intent;
  const hasLimit = options === undefined || options.orderType === "limit" || options.orderType === "stop_limit";
  // Only a buy spends a budget.
  const own = options === undefined ? undefined : { ...options, budget: intent.side === "buy" ? options.budget : 0n };
  return {
    type: "place",
    orderId: `ord_${number}` as OrderId,
    customerId: customer(intent.customer),
    side: intent.side,
    priceTicks: hasLimit ? intent.price : 0,
    quantityLots: own !== undefined && own.budget > 0n ? 0 : intent.lots,
    ...fees,
    ...(own === undefined ? {} : { options: own }),
    at: NOON,
  };
}

/** What commands are tried against; both the engine and its oracle are one. */
export interface CommandTarget {
  readonly rules: EngineRules;
  /** Whether it rests, or waits for its trigger. */
  isOpen(orderId: OrderId): boolean;
  check(command: PlaceCommand): string | undefined;
  checkAmend(command: AmendCommand): string | undefined;
  /** Whether stops were triggered that have not entered yet. */
  hasTriggered(): boolean;
}

export function engineTarget(engine: MatchingEngine): CommandTarget {
  return {
    rules: engine.rules,
    isOpen: (orderId) => engine.ownerOf(orderId) !== undefined,
    check: (command) => engine.check(command),
    checkAmend: (command) => {
      const order = engine.find(command.orderId);
      return order === undefined ? "NOT_RESTING" : engine.checkAmend(order, command);
    },
    hasTriggered: () => engine.stops.hasTriggered,
  };
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
    if (this.#target.hasTriggered()) return { type: "trigger", at: NOON };
    if (intent.kind === "place") {
      const command = placeCommand(this.#placed.length, intent, this.#fees);
      if (this.#target.check(command) !== undefined) return undefined;
      this.#placed.push(command);
      return command;
    }
    const order = this.#placed[intent.order];
    if (order === undefined || !this.#target.isOpen(order.orderId)) return undefined;
    if (intent.kind === "amend") {
      const { orderId, customerId } = order;
      const change = { priceTicks: intent.price, quantityLots: intent.lots };
      const command: AmendCommand = { type: "amend", orderId, customerId, ...change, at: NOON };
      return this.#target.checkAmend(command) === undefined ? command : undefined;
    }
    return { type: "cancel", orderId: order.orderId, customerId: order.customerId, at: NOON };
  }
}
