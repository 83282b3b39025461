import type { CustomerId } from "../customers/customer.ts";
import type { ByteReader, ByteWriter } from "./byte-writer.ts";
import type { OrderId, Side } from "./order.ts";
import { readOptions, writeOptions } from "./order-options-codec.ts";
import type { PendingStop, StopBook } from "./stop-book.ts";

const SIDES: readonly Side[] = ["buy", "sell"];

/** Waiting buys and sells in the order in which they would trigger, then those that were triggered. */
export function writeStops(writer: ByteWriter, stops: StopBook): void {
  for (const list of [[...stops.waiting("buy")], [...stops.waiting("sell")], stops.triggered()]) {
    writer.uint32(list.length);
    for (const stop of list) writeStop(writer, stop);
  }
}

export function readStops(reader: ByteReader, stops: StopBook): void {
  for (const _side of SIDES) for (const stop of readList(reader)) stops.add(stop);
  stops.restoreTriggered(readList(reader));
}

function writeStop(writer: ByteWriter, { terms, reserve, sequence }: PendingStop): void {
  writer.text(terms.orderId);
  writer.text(terms.customerId);
  writer.uint16(SIDES.indexOf(terms.side));
  writer.uint53(sequence);
  writer.uint32(terms.priceTicks);
  writer.uint53(terms.quantityLots);
  writer.uint16(terms.makerFeeBps);
  writer.uint16(terms.takerFeeBps);
  writer.uint128(reserve);
  writeOptions(writer, terms.options);
}

function readList(reader: ByteReader): PendingStop[] {
  const stops: PendingStop[] = [];
  for (let count = reader.uint32(); count > 0; count -= 1) stops.push(readStop(reader));
  return stops;
}

function readStop(reader: ByteReader): PendingStop {
  const ids = { orderId: reader.text() as OrderId, customerId: reader.text() as CustomerId };
  const side = SIDES[reader.uint16()];
  if (side === undefined) throw new RangeError("a stop buys or sells");
  const sequence = reader.uint53();
  const size = { priceTicks: reader.uint32(), quantityLots: reader.uint53() };
  const fees = { makerFeeBps: reader.uint16(), takerFeeBps: reader.uint16() };
  const reserve = reader.uint128();
  return { terms: { ...ids, side, ...size, ...fees, options: readOptions(reader) }, reserve, sequence };
}
