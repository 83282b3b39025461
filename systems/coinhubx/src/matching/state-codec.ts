import { sha256Hex } from "@assay/primitives/hash";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { CustomerId } from "../customers/customer.ts";
import { ByteReader, ByteWriter } from "./byte-writer.ts";
import { type EngineRules, MatchingEngine } from "./matching-engine.ts";
import { BookOrder, type OrderId, type PriceLevel, type Side } from "./order.ts";
import { restingReserve } from "./order-money.ts";
import { readOptions, writeOptions } from "./order-options-codec.ts";
import { readStops, writeStops } from "./stop-codec.ts";

const SIDES: readonly Side[] = ["buy", "sell"];

/**
 * Version 1 knows plain limits only, version 2 every order. A state without what version 2 added is written as version 1, so
 * that equal states have equal bytes, whichever version of this program hashed them.
 */
const TAGS = ["coinhubx.engine.v1", "coinhubx.engine.v2"] as const;
type Version = 1 | 2;

/**
 * The engine's whole state in one fixed order: counters, then bids and asks, each best level first and oldest order
 * first, then stops. Equal states have equal bytes, so the bytes serve as snapshot and, hashed, as the state's name.
 * Reserves of resting orders and fees charged are left out because they follow from the rest.
 */
export function encodeState(engine: MatchingEngine): Uint8Array {
  const writer = new ByteWriter();
  const { counters, book } = engine;
  const version = versionOf(engine);
  writer.text(TAGS[version - 1]!);
  writer.uint53(counters.sequence);
  writer.uint53(counters.bookSequence);
  writer.uint53(counters.tradeNumber);
  writer.uint32(counters.lastPriceTicks);
  for (const side of SIDES) {
    writer.uint32(book.side(side).levelCount);
    for (const level of book.side(side).levels()) writeLevel(writer, level, version);
  }
  if (version === 2) writeStops(writer, engine.stops);
  return writer.bytes();
}

function versionOf({ stops, book }: MatchingEngine): Version {
  return stops.size > 0 || stops.hasTriggered || book.unusual > 0 ? 2 : 1;
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
    const version = (TAGS.indexOf(reader.text() as (typeof TAGS)[number]) + 1) as Version | 0;
    if (version === 0) return refuse({ code: "BAD_SNAPSHOT" });
    const engine = new MatchingEngine(rules);
    readCounters(reader, engine);
    const orders = SIDES.flatMap((side) => readSide(reader, engine, { side, version }));
    for (const order of orders) engine.book.append(order);
    if (version === 2) readStops(reader, engine.stops);
    return reader.atEnd ? accept(engine) : refuse({ code: "BAD_SNAPSHOT" });
  } catch (error) {
    // Past the end, or text that is no UTF-8.
    if (error instanceof RangeError || error instanceof TypeError) return refuse({ code: "BAD_SNAPSHOT" });
    throw error;
  }
}

function writeLevel(writer: ByteWriter, level: PriceLevel, version: Version): void {
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
    if (version === 2) writeOptions(writer, order.options);
  }
}

function readCounters(reader: ByteReader, engine: MatchingEngine): void {
  engine.counters.sequence = reader.uint53();
  engine.counters.bookSequence = reader.uint53();
  engine.counters.tradeNumber = reader.uint53();
  engine.counters.lastPriceTicks = reader.uint32();
}

interface Place {
  readonly side: Side;
  readonly version: Version;
}

function readSide(reader: ByteReader, engine: MatchingEngine, place: Place): BookOrder[] {
  const orders: BookOrder[] = [];
  for (let levels = reader.uint32(); levels > 0; levels -= 1) {
    const priceTicks = reader.uint32();
    for (let count = reader.uint32(); count > 0; count -= 1)
      orders.push(readOrder(reader, engine, { ...place, priceTicks }));
  }
  return orders;
}

function readOrder(
  reader: ByteReader,
  engine: MatchingEngine,
  { side, version, priceTicks }: Place & { readonly priceTicks: number },
): BookOrder {
  const orderId = reader.text() as OrderId;
  const customerId = reader.text() as CustomerId;
  const sequence = reader.uint53();
  const quantityLots = reader.uint53();
  const remainingLots = reader.uint53();
  const fees = { makerFeeBps: reader.uint16(), takerFeeBps: reader.uint16() };
  const weight = reader.uint128();
  const options = version === 2 ? { options: readOptions(reader) } : {};
  const terms = { side, priceTicks, orderId, customerId, quantityLots, ...fees, ...options };
  const order = new BookOrder(terms, engine.book.owner(customerId), sequence);
  order.remainingLots = remainingLots;
  order.feeWeight = weight <= Number.MAX_SAFE_INTEGER ? Number(weight) : weight;
  order.reserve = restingReserve(engine.rules, order);
  return order;
}
