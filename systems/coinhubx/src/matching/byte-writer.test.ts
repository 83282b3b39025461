import { equal } from "node:assert/strict";
import { test } from "node:test";
import { ByteReader, ByteWriter } from "./byte-writer.ts";

test("a writer grows at whichever value no longer fits", () => {
  for (const write of ["uint16", "uint32", "uint53"] as const) {
    const writer = new ByteWriter();
    for (let value = 0; value < 5_000; value += 1) writer[write](value);
    const reader = new ByteReader(writer.bytes());
    for (let value = 0; value < 5_000; value += 1) equal(reader[write](), value);
    equal(reader.atEnd, true);
  }
});
