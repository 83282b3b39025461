import { equal } from "node:assert/strict";
import { test } from "node:test";
import { add, compare, divideDown, group, isDecimal, multiply, roundDown } from "./decimal.ts";

test("sums and products of decimals are exact", () => {
  equal(add("0.1", "0.2"), "0.3");
  equal(multiply("2000.01", "0.0001"), "0.200001");
  equal(multiply("0", "1.5"), "0");
});

test("a quotient is rounded down to whole steps", () => {
  equal(divideDown("10", "3", "0.0001"), "3.3333");
  equal(divideDown("10", "0", "0.0001"), "0");
  equal(roundDown("1.23456", "0.001"), "1.234");
});

test("decimals compare by value, not by text", () => {
  equal(compare("10", "9.99"), 1);
  equal(compare("1.50", "1.5"), 0);
  equal(compare("0.09", "0.1"), -1);
});

test("thousands are grouped and fractions padded for reading", () => {
  equal(group("1234567.5", 2), "1,234,567.50");
  equal(group("999"), "999");
});

test("only plain decimals count as decimals", () => {
  for (const text of ["", ".", "1.", ".5", "1e3", "-1", "01", "1,000"]) equal(isDecimal(text), false, text);
  equal(isDecimal("0.5"), true);
});
