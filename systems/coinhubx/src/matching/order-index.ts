import type { BookOrder, OrderId } from "./order.ts";

const FIRST_SIZE = 1_024;
const HASHED_CHARACTERS = 6;

/**
 * Orders by id: a hash table chained through the orders themselves. Orders come and go all the time, and a `Map` copies
 * its table each time its dead entries have filled it.
 */
export class OrderIndex {
  #buckets: (BookOrder | undefined)[] = new Array(FIRST_SIZE).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(orderId: OrderId): BookOrder | undefined {
    const idHash = hash(orderId);
    let order = this.#buckets[idHash & (this.#buckets.length - 1)];
    while (order !== undefined && (order.idHash !== idHash || order.orderId !== orderId)) order = order.nextInBucket;
    return order;
  }

  /** Adds an order whose id is not there yet. */
  add(order: BookOrder): void {
    if (this.#size >= this.#buckets.length) this.#grow();
    this.#size += 1;
    order.idHash = hash(order.orderId);
    this.#put(order);
  }

  /** Removes an order that is there. */
  remove(order: BookOrder): void {
    const slot = order.idHash & (this.#buckets.length - 1);
    const next = order.nextInBucket;
    const first = this.#buckets[slot]!;
    if (first === order) this.#buckets[slot] = next;
    else before(first, order).nextInBucket = next;
    order.nextInBucket = undefined;
    this.#size -= 1;
  }

  #put(order: BookOrder): void {
    const slot = order.idHash & (this.#buckets.length - 1);
    order.nextInBucket = this.#buckets[slot];
    this.#buckets[slot] = order;
  }

  #grow(): void {
    const old = this.#buckets;
    this.#buckets = new Array(old.length * 2).fill(undefined);
    for (const first of old) {
      for (let order = first; order !== undefined; ) {
        const next: BookOrder | undefined = order.nextInBucket;
        this.#put(order);
        order = next;
      }
    }
  }
}

function before(first: BookOrder, order: BookOrder): BookOrder {
  let previous = first;
  while (previous.nextInBucket !== order) previous = previous.nextInBucket!;
  return previous;
}

/** Of the last characters only: there our ids hold their chance, which no customer chooses. */
function hash(orderId: string): number {
  let value = 0;
  for (let index = Math.max(0, orderId.length - HASHED_CHARACTERS); index < orderId.length; index += 1) {
    value = Math.imul(value, 31) + orderId.charCodeAt(index);
  }
  return value ^ (value >>> 15);
}
