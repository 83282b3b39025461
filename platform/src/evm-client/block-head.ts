import type { JsonValue } from "@assay/primitives/json";
import { z } from "zod";

/** The newest block that an endpoint knows. */
export interface BlockHead {
  readonly number: number;
  /** `0x` and 64 lower-case hex digits. */
  readonly hash: string;
  readonly parentHash: string;
  /** Unix time in seconds, as the block says. */
  readonly timestamp: number;
}

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,13}$/)
  .transform((hex) => Number.parseInt(hex, 16));
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const headSchema = z.object({ number: quantity, hash, parentHash: hash, timestamp: quantity });

/** `undefined` unless `answer` is a block. */
export function parseBlockHead(answer: JsonValue): BlockHead | undefined {
  return headSchema.safeParse(answer).data;
}

/** A JSON-RPC quantity as a safe whole number; `undefined` for anything else. */
export function parseQuantity(answer: JsonValue): number | undefined {
  return quantity.safeParse(answer).data;
}
