import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { parsePromql } from "./parse-promql.ts";

const REFUSED: readonly [query: string, code: "PROMQL_SYNTAX" | "PROMQL_BEYOND", says: RegExp][] = [
  ["", "PROMQL_SYNTAX", /empty|cannot be read/],
  ["# only a word", "PROMQL_SYNTAX", /empty|cannot be read/],
  ["sum(", "PROMQL_SYNTAX", /cannot be read/],
  ['x{a="b"', "PROMQL_SYNTAX", /cannot be read/],
  ["x[5m]", "PROMQL_SYNTAX", /inside a function/],
  ["rate(x)", "PROMQL_SYNTAX", /takes a window/],
  ["rate(x[0s])", "PROMQL_SYNTAX", /longer than nothing/],
  ["rate(x[5m], 2)", "PROMQL_SYNTAX", /takes 1 arguments/],
  ["sum(1)", "PROMQL_SYNTAX", /takes samples/],
  ["1 > 2", "PROMQL_SYNTAX", /with bool/],
  ["x + bool 2", "PROMQL_SYNTAX", /cannot be read|bool belongs/],
  ["x and 1", "PROMQL_SYNTAX", /joins samples/],
  ["x > on (a) 1", "PROMQL_SYNTAX", /only between samples/],
  [`x${" + x".repeat(600)}`, "PROMQL_SYNTAX", /at most 2000/],
  [`${"(".repeat(60)}x${")".repeat(60)}`, "PROMQL_SYNTAX", /too deep/],
  ["x offset 5m", "PROMQL_BEYOND", /offset/],
  ["x @ 3", "PROMQL_BEYOND", /@ is answered/],
  ["rate(x[5m:1m])", "PROMQL_BEYOND", /a query in a window/],
  ["rate(x[5m] offset 1m)", "PROMQL_BEYOND", /offset/],
  ["topk(3, x)", "PROMQL_BEYOND", /topk\(\)/],
  ["predict_linear(x[5m], 60)", "PROMQL_BEYOND", /predict_linear\(\)/],
  ["x * on (a) group_left b", "PROMQL_BEYOND", /many-to-one/],
  ["x atan2 y", "PROMQL_BEYOND", /atan2/],
  ['{a="b"}', "PROMQL_BEYOND", /names no metric/],
  ['x{a=~"(?i)b"}', "PROMQL_BEYOND", /pattern/],
  ['"text"', "PROMQL_BEYOND", /a text on its own/],
  ["5m * 2", "PROMQL_BEYOND", /as a number/],
];

for (const [query, code, says] of REFUSED) {
  test(`\`${query.slice(0, 40)}\` is ${code === "PROMQL_SYNTAX" ? "no query" : "for a Prometheus only"}`, () => {
    const parsed = parsePromql(query);
    ok(!parsed.ok);
    equal(parsed.refusal.code, code);
    match(parsed.refusal.message, says);
  });
}
