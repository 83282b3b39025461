import { sha256Hex } from "@assay/primitives/hash";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "../customers/customer.ts";
import { ByteReader, ByteWriter } from "./byte-writer.ts";
import { type EngineRules, MatchingEngine } from "./matching-engine.ts";
import { BookOrder, type OrderId, type PriceLevel, type Side } from "./order.ts";
import { restingReserve } from "./order-money.ts";

const TAG = "coinhubx.engine.v1";
const SIDES: readonly Side[] = ["buy", "sell"];

/**
 * The engine's whole state in one fixed order: counters, then bids and asks, each best level first and oldest order
 * first. Equal states have equal bytes, so the bytes serve as snapshot and, hashed, as the state's name. Reserves and
 * fees charged are left out because they follow from the rest.
 */
export function encodeState(engine: MatchingEngine): Uint8Array {
  const writer = new ByteWriter();
  const { counters, book } = engine;
  writer.text(TAG);
  writer.uint53(counters.sequence);
  writer.uint53(counters.bookSequence);
  writer.uint53(counters.tradeNumber);
  writer.uint32(counters.lastPriceTicks);
  for (const side of SIDES) {
    writer.uint32(book.side(side).levelCount);
    for (const level of book.side(side).levels()) writeLevel(writer, level);
  }
  return writer.bytes();
}

/** SHA-256 of {@link encodeState}, in hex: what two engines compare to know that they are in the same state. */
export function stateHash(engine: MatchingEngine): string {
  return sha256Hex(encodeState(engine));
}

/** Rebuilds an engine from {@link encodeState}; refuses bytes that are cut, lengthened or of another version. */
export function decodeState(
  rules: EngineRules,
  bytes: Uint8Array,
): Result<MatchingEngine, { readonly code: "BAD_SNAPSHOT" }> {
  try {
    const reader = new ByteReader(bytes);
    if (reader.text() !== TAG) return refuse({ code: "BAD_SNAPSHOT" });
    const engine = new MatchingEngine(rules);
    readCounters(reader, engine);
    const orders = SIDES.flatMap((side) => readSide(reader, engine, side));
    for (const order of orders) engine.book.append(order);
    return reader.atEnd ? accept(engine) : refuse({ code: "BAD_SNAPSHOT" });
  } catch (error) {
    // Past the end, or text that is no UTF-8.
    if (error instanceof RangeError || error instanceof TypeError) return refuse({ code: "BAD_SNAPSHOT" });
    throw error;
  }
}

function writeLevel(writer: ByteWriter, level: PriceLevel): void {
  writer.uint32(level.priceTicks);
  writer.uint32(level.orders);
  for (let order = level.first; order !== undefined; order = order.next) {
    writer.text(order.orderId);
    writer.text(order.customerId);
    writer.uint53(order.sequence);
    writer.uint53(order.quantityLots);
    writer.uint53(order.remainingLots);
    writer.uint16(order.makerFeeBps);
    writer.uint16(order.takerFeeBps);
    writer.uint128(BigInt(order.feeWeight));
  }
}

function readCounters(reader: ByteReader, engine: MatchingEngine): void {
  engine.counters.sequence = reader.uint53();
  engine.counters.bookSequence = reader.uint53();
  engine.counters.tradeNumber = reader.uint53();
  engine.counters.lastPriceTicks = reader.uint32();
}

function readSide(reader: ByteReader, engine: MatchingEngine, side: Side): BookOrder[] {
  const orders: BookOrder[] = [];
  for (let levels = reader.uint32(); levels > 0; levels -= 1) {
    const priceTicks = reader.uint32();
    for (let count = reader.uint32(); count > 0; count -= 1)
      orders.push(readOrder(reader, engine, { side, priceTicks }));
  }
  return orders;
}

function readOrder(
  reader: ByteReader,
  engine: MatchingEngine,
  place: { readonly side: Side; readonly priceTicks: number },
): BookOrder {
  const orderId = reader.text() as OrderId;
  const customerId = reader.text() as CustomerId;
  const sequence = reader.uint53();
  const quantityLots = reader.uint53();
  const remainingLots = reader.uint53();
  const terms = {
    ...place,
    orderId,
    customerId,
    quantityLots,
    makerFeeBps: reader.uint16(),
    takerFeeBps: reader.uint16(),
  };
  const order = new BookOrder(terms, engine.book.owner(customerId), sequence);
  order.remainingLots = remainingLots;
  const weight = reader.uint128();
  order.feeWeight = weight <= Number.MAX_SAFE_INTEGER ? Number(weight) : weight;
  order.reserve = restingReserve(engine.rules, order);
  return order;
}
