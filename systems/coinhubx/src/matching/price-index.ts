/*
 * Price levels in order of price, as a bitmap trie: 31-bit keys, five bits a step, one bitmap per node. Looking up,
 * adding, removing and finding the lowest take seven steps whatever the number of levels, with nothing to rebalance.
 */
const BITS = 5;
const FANOUT = 1 << BITS;
const MASK = FANOUT - 1;
const TOP_SHIFT = 30;

/** The largest key: 31 bits. */
export const LARGEST_KEY = 2 ** 31 - 1;

class Node<Value> {
  bits = 0;
  /** Nodes above the lowest row, values in it. A slot counts only while its bit is set. */
  readonly slots: (Node<Value> | Value | undefined)[] = new Array(FANOUT).fill(undefined);
}

/** An ordered map from a whole number, 0 to {@link LARGEST_KEY}, to a value. */
export class PriceIndex<Value> {
  readonly #root = new Node<Value>();
  readonly #path: Node<Value>[] = new Array(TOP_SHIFT / BITS).fill(this.#root);
  // One emptied node of the lowest row is kept: a lone level that comes and goes then allocates nothing.
  #spare: Node<Value> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: number): Value | undefined {
    let node = this.#root;
    for (let shift = TOP_SHIFT; shift > 0; shift -= BITS) {
      const slot = (key >>> shift) & MASK;
      if ((node.bits & (1 << slot)) === 0) return undefined;
      node = node.slots[slot] as Node<Value>;
    }
    const slot = key & MASK;
    return (node.bits & (1 << slot)) === 0 ? undefined : (node.slots[slot] as Value);
  }

  /** Adds a key that is not there yet. */
  add(key: number, value: Value): void {
    let node = this.#root;
    for (let shift = TOP_SHIFT; shift > 0; shift -= BITS) {
      const slot = (key >>> shift) & MASK;
      if ((node.bits & (1 << slot)) === 0) {
        node.slots[slot] = this.#newNode();
        node.bits |= 1 << slot;
      }
      node = node.slots[slot] as Node<Value>;
    }
    node.slots[key & MASK] = value;
    node.bits |= 1 << (key & MASK);
    this.#size += 1;
  }

  /** Removes a key that is there. */
  remove(key: number): void {
    const path = this.#path;
    let node = this.#root;
    let depth = 0;
    for (let shift = TOP_SHIFT; shift > 0; shift -= BITS) {
      path[depth] = node;
      depth += 1;
      node = node.slots[(key >>> shift) & MASK] as Node<Value>;
    }
    clear(node, key & MASK);
    this.#size -= 1;
    for (let shift = BITS; node.bits === 0 && depth > 0; shift += BITS) {
      if (shift === BITS) this.#spare = node;
      depth -= 1;
      node = path[depth]!;
      clear(node, (key >>> shift) & MASK);
    }
  }

  /** The value with the lowest key. */
  lowest(): Value | undefined {
    if (this.#size === 0) return undefined;
    let node = this.#root;
    for (let shift = TOP_SHIFT; shift > 0; shift -= BITS) node = node.slots[lowestBit(node.bits)] as Node<Value>;
    return node.slots[lowestBit(node.bits)] as Value;
  }

  /** Every value, by ascending key. The index must not change meanwhile. */
  *values(): Generator<Value, void, undefined> {
    yield* valuesBelow(this.#root, TOP_SHIFT);
  }

  #newNode(): Node<Value> {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare ?? new Node<Value>();
  }
}

function clear<Value>(node: Node<Value>, slot: number): void {
  node.bits &= ~(1 << slot);
  node.slots[slot] = undefined;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function* valuesBelow<Value>(node: Node<Value>, shift: number): Generator<Value, void, undefined> {
  for (let bits = node.bits; bits !== 0; bits &= bits - 1) {
    const slot = node.slots[lowestBit(bits)];
    if (shift === 0) yield slot as Value;
    else yield* valuesBelow(slot as Node<Value>, shift - BITS);
  }
}
