import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bigEndian, concatBytes, equalBytes, fromHex, parseHex, toBase64, toHex, utf8 } from "./bytes.ts";

test("hex written and read again is the same bytes", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => deepEqual(fromHex(toHex(bytes)), bytes)));
});

test("text that is not hex is refused", () => {
  for (const text of ["0", "zz", "0x00", "0 "]) equal(parseHex(text).ok, false, text);
});

test("bytes are equal only when every byte is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, position) => {
      const other = bytes.slice();
      other[position % bytes.length]! ^= 1;
      equal(equalBytes(bytes, bytes.slice()), true);
      equal(equalBytes(bytes, other), false);
      equal(equalBytes(bytes, bytes.subarray(1)), false);
    }),
  );
});

test("a whole number is written big-endian in its full width", () => {
  deepEqual(bigEndian(258n, 4), Uint8Array.of(0, 0, 1, 2));
});

test("text becomes UTF-8 and bytes join in order", () => {
  deepEqual(concatBytes(utf8("é"), Uint8Array.of(1)), Uint8Array.of(0xc3, 0xa9, 1));
  equal(toBase64(utf8("foobar")), "Zm9vYmFy");
});
