import type { ByteReader, ByteWriter } from "./byte-writer.ts";
import {
  isPlainLimit,
  type OrderOptions,
  type OrderType,
  PLAIN_LIMIT,
  type SelfTradePrevention,
  type TimeInForce,
} from "./order.ts";

// The place in these lists is what is written: names are only ever added at the end.
const TYPES: readonly OrderType[] = ["limit", "market", "stop", "stop_limit"];
const TIMES: readonly TimeInForce[] = ["gtc", "ioc", "fok"];
const MODES: readonly SelfTradePrevention[] = ["expire_taker", "none", "expire_maker", "expire_both", "decrement"];

export function writeOptions(writer: ByteWriter, options: OrderOptions): void {
  writer.uint16(TYPES.indexOf(options.orderType));
  writer.uint16(TIMES.indexOf(options.timeInForce));
  writer.uint16(options.postOnly ? 1 : 0);
  writer.uint16(MODES.indexOf(options.stp));
  writer.uint32(options.stopPriceTicks);
  writer.uint128(options.budget);
}

/** @throws RangeError for a name that does not exist. */
export function readOptions(reader: ByteReader): OrderOptions {
  const options: OrderOptions = {
    orderType: named(TYPES, reader.uint16()),
    timeInForce: named(TIMES, reader.uint16()),
    postOnly: named([false, true], reader.uint16()),
    stp: named(MODES, reader.uint16()),
    stopPriceTicks: reader.uint32(),
    budget: reader.uint128(),
  };
  return isPlainLimit(options) ? PLAIN_LIMIT : options;
}

function named<Name>(names: readonly Name[], index: number): Name {
  const name = names[index];
  if (name === undefined) throw new RangeError("the snapshot names what does not exist");
  return name;
}
