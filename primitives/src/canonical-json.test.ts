import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toHex, utf8 } from "./bytes.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { JsonValue } from "./json.ts";

/** The double with these IEEE 754 bits. */
function double(hex: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${hex}`));
  return view.getFloat64(0);
}

test("the number samples of RFC 8785 appendix B", () => {
  const samples: readonly (readonly [string, string])[] = [
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ];
  for (const [bits, text] of samples) equal(canonicalJson(double(bits)), text, bits);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    throws(() => canonicalJson(value), /finite/);
  }
});

test("the sample object of RFC 8785 section 3.2 has the published bytes", () => {
  const text = canonicalJson({
    // The first is printed with more digits than a double has.
    numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
    literals: [null, true, false],
  });
  equal(
    text,
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  equal(toHex(utf8(text)).slice(0, 40), "7b226c69746572616c73223a5b6e756c6c2c7472");
});

test("members are ordered by UTF-16 units, as in RFC 8785 section 3.2.3", () => {
  const text = canonicalJson({
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
  });
  deepEqual(Object.values(JSON.parse(text) as object), [
    // JSON.parse moves the name that looks like an index to the front; the text says where it stood.
    "One",
    "Carriage Return",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
  equal(text.indexOf("Carriage Return") < text.indexOf("One"), true);
});

test("what JSON cannot hold is a bug, never a silent change", () => {
  throws(() => canonicalJson("\ud800"), /well-formed/);
  throws(() => canonicalJson({ "\udc00": 1 }), /well-formed/);
  throws(() => canonicalJson([undefined as unknown as JsonValue]), /JSON holds no undefined/);
  throws(() => canonicalJson(1n as unknown as JsonValue), /JSON holds no bigint/);
});

test("any value reads back as itself, and equal values have equal texts whatever the order of members", () => {
  const json = fc.jsonValue({ maxDepth: 4, stringUnit: "grapheme" }) as fc.Arbitrary<JsonValue>;
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      equal(canonicalJson(reversed(value)), text);
      equal(canonicalJson(JSON.parse(text) as JsonValue), text);
    }),
    { numRuns: 100 },
  );
});

function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member as JsonValue)]),
  );
}
