import { assert } from "./assert.ts";
import { accept, type Result, refuse } from "./result.ts";

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Compares every byte whatever differs, so that timing tells nothing; lengths are not secret. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= left[index]! ^ right[index]!;
  return difference === 0;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hex without a prefix. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Reads hex of either case without a prefix. */
export function parseHex(text: string): Result<Uint8Array, { code: "NOT_HEX" }> {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return refuse({ code: "NOT_HEX" });
  return accept(
    Uint8Array.from({ length: text.length / 2 }, (_, index) =>
      Number.parseInt(text.slice(index * 2, index * 2 + 2), 16),
    ),
  );
}

/** @throws AssertionError unless `text` is hex. */
export function fromHex(text: string): Uint8Array {
  const parsed = parseHex(text);
  assert(parsed.ok, "text is hex");
  return parsed.value;
}

/** Base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Big-endian, exactly `size` bytes. @throws AssertionError when `value` does not fit. */
export function bigEndian(value: bigint, size: number): Uint8Array {
  assert(value >= 0n && value < 1n << BigInt(size * 8), `${value} fits ${size} bytes`);
  return fromHex(value.toString(16).padStart(size * 2, "0"));
}
