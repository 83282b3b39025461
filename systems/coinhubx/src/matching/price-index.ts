/*
 * Price levels in order of price, as a bitmap trie: 31-bit keys, five bits a step, one bitmap per node. The tree is only
 * as high as the keys differ, which for the prices of a market is two to four steps and never more than seven, whatever
 * the number of levels. There is nothing to rebalance.
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
  #root = new Node<Value>();
  // What the root divides its keys by, and what all of them have in common above that. Grows with the keys, never shrinks.
  #shift = 0;
  #prefix = 0;
  #size = 0;
  readonly #create: (key: number) => Value;
  readonly #path: Node<Value>[] = new Array(TOP_SHIFT / BITS + 1).fill(this.#root);
  // One emptied node of the lowest row is kept: a lone level that comes and goes then allocates nothing.
  #spare: Node<Value> | undefined;

  constructor(create: (key: number) => Value) {
    this.#create = create;
  }

  get size(): number {
    return this.#size;
  }

  /** The value of a key, created when the key is not there yet. */
  getOrCreate(key: number): Value {
    if ((key >>> this.#shift) >>> BITS !== this.#prefix) this.#grow(key);
    let node = this.#root;
    for (let shift = this.#shift; shift > 0; shift -= BITS) {
      const slot = (key >>> shift) & MASK;
      if ((node.bits & (1 << slot)) === 0) {
        node.slots[slot] = this.#newNode();
        node.bits |= 1 << slot;
      }
      node = node.slots[slot] as Node<Value>;
    }
    const slot = key & MASK;
    if ((node.bits & (1 << slot)) !== 0) return node.slots[slot] as Value;
    const value = this.#create(key);
    node.slots[slot] = value;
    node.bits |= 1 << slot;
    this.#size += 1;
    return value;
  }

  /** Removes a key that is there. */
  remove(key: number): void {
    const path = this.#path;
    let node = this.#root;
    let depth = 0;
    for (let shift = this.#shift; shift > 0; shift -= BITS) {
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
    for (let shift = this.#shift; shift > 0; shift -= BITS) node = node.slots[lowestBit(node.bits)] as Node<Value>;
    return node.slots[lowestBit(node.bits)] as Value;
  }

  /** Every value, by ascending key. The index must not change meanwhile. */
  *values(): Generator<Value, void, undefined> {
    yield* valuesBelow(this.#root, this.#shift);
  }

  /** Makes the root cover `key`: an empty one moves there, any other gets parents until both share a prefix. */
  #grow(key: number): void {
    if (this.#size === 0) this.#prefix = (key >>> this.#shift) >>> BITS;
    while ((key >>> this.#shift) >>> BITS !== this.#prefix) {
      const parent = new Node<Value>();
      const slot = this.#prefix & MASK;
      parent.slots[slot] = this.#root;
      parent.bits = 1 << slot;
      this.#root = parent;
      this.#shift += BITS;
      this.#prefix >>>= BITS;
    }
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
