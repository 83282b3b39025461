import { assert } from "@assay/primitives/assert";
import type { CustomerId } from "../customers/customer.ts";
import { type BookOrder, isPlainLimit, OpenOrders, type OrderId, PriceLevel, type Side } from "./order.ts";
import { OrderIndex } from "./order-index.ts";
import { LARGEST_KEY, PriceIndex } from "./price-index.ts";

/** One side's price levels; `best` is the level that trades first. */
class BookSide {
  readonly #levels: PriceIndex<PriceLevel>;
  // Bids count down from the largest key, so that the best level of either side has the lowest key.
  readonly #flip: number;
  best: PriceLevel | undefined;

  constructor(side: Side) {
    const flip = side === "buy" ? LARGEST_KEY : 0;
    this.#flip = flip;
    this.#levels = new PriceIndex((key) => new PriceLevel(key ^ flip));
  }

  get levelCount(): number {
    return this.#levels.size;
  }

  append(order: BookOrder): void {
    const key = order.priceTicks ^ this.#flip;
    const level = this.#levels.getOrCreate(key);
    if (this.best === undefined || key < (this.best.priceTicks ^ this.#flip)) this.best = level;
    level.append(order);
  }

  remove(order: BookOrder): void {
    const level = order.level;
    assert(level !== undefined, "the order rests in the book");
    level.remove(order);
    if (level.orders > 0) return;
    this.#levels.remove(level.priceTicks ^ this.#flip);
    if (level === this.best) this.best = this.#levels.lowest();
  }

  /** Best first. */
  levels(): Iterable<PriceLevel> {
    return this.#levels.values();
  }
}

/**
 * The resting orders of one market: levels by price, queues by age, orders by id, open orders by customer. Removing an
 * order takes constant time within a level, and at most seven steps more when the level empties.
 */
export class OrderBook {
  readonly #bids = new BookSide("buy");
  readonly #asks = new BookSide("sell");
  readonly #orders = new OrderIndex();
  readonly #owners = new Map<CustomerId, OpenOrders>();
  #unusual = 0;
  // Each command asks more than once for the same customer, and who cancels often places next.
  #lastOwner = new OpenOrders("" as CustomerId);

  get size(): number {
    return this.#orders.size;
  }

  /** How many resting orders are no plain limits. */
  get unusual(): number {
    return this.#unusual;
  }

  side(side: Side): BookSide {
    return side === "buy" ? this.#bids : this.#asks;
  }

  find(orderId: OrderId): BookOrder | undefined {
    return this.#orders.get(orderId);
  }

  /** The customer's open orders, made empty on first use. */
  owner(customerId: CustomerId): OpenOrders {
    if (this.#lastOwner.customerId === customerId) return this.#lastOwner;
    this.#lastOwner = this.#owners.get(customerId) ?? this.#addOwner(customerId);
    return this.#lastOwner;
  }

  /** Puts an order at the end of its level's queue. */
  append(order: BookOrder): void {
    if (!isPlainLimit(order.options)) this.#unusual += 1;
    this.#orders.add(order);
    order.owner.add(order);
    this.side(order.side).append(order);
  }

  remove(order: BookOrder): void {
    if (!isPlainLimit(order.options)) this.#unusual -= 1;
    this.#orders.remove(order);
    order.owner.remove(order);
    this.#lastOwner = order.owner;
    this.side(order.side).remove(order);
  }

  /** Takes lots that traded off a resting order, and the order out of the book when none remain. */
  reduce(order: BookOrder, lots: number): void {
    const level = order.level;
    assert(level !== undefined && lots <= order.remainingLots, "only lots that rest can trade");
    order.remainingLots -= lots;
    level.lots -= lots;
    if (order.remainingLots === 0) this.remove(order);
  }

  #addOwner(customerId: CustomerId): OpenOrders {
    this.#forgetIdleOwners();
    const owner = new OpenOrders(customerId);
    this.#owners.set(customerId, owner);
    return owner;
  }

  // Customers come and go; those without an open order are kept only while they are few.
  #forgetIdleOwners(): void {
    if (this.#owners.size < 1_024 + 2 * this.#orders.size) return;
    this.#lastOwner = new OpenOrders("" as CustomerId);
    for (const [customerId, owner] of this.#owners) if (owner.count === 0) this.#owners.delete(customerId);
  }
}

export type { BookSide };
