import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { parseExposition, parseSeriesName } from "./parse-exposition.ts";

function parsed(text: string) {
  const result = parseExposition(text, 100);
  if (!result.ok) throw new Error(JSON.stringify(result.refusal));
  return result.value;
}

test("a scrape is read line by line, comments and blank lines left out", () => {
  const text = [
    "# HELP http_requests_total Requests.",
    "# TYPE http_requests_total counter",
    'http_requests_total{method="GET",route="/api/{id}"} 1027 1395066363000',
    "",
    "up 1",
    "engine_queue_length\t-2.5e3",
    "lag +Inf",
    "",
  ].join("\n");
  deepEqual(parsed(text), [
    { series: 'http_requests_total{method="GET",route="/api/{id}"}', value: 1027 },
    { series: "up", value: 1 },
    { series: "engine_queue_length", value: -2500 },
    { series: "lag", value: Number.POSITIVE_INFINITY },
  ]);
});

test("a value that is not a number, an unclosed label and trailing text are refused with their line", () => {
  for (const [line, reason] of [
    ["up one", "the value is not a number"],
    ["up 0x10", "the value is not a number"],
    ['up{a="b" 1', "the series has no end"],
    ["up 1 2 3", "the value is followed by something else"],
    ["<html>", "the series has no end"],
  ] as const) {
    const result = parseExposition(`ok 1\n${line}\n`, 100);
    deepEqual(result, { ok: false, refusal: { code: "EXPOSITION_INVALID", line: 2, reason } });
  }
});

test("half a line is no line: what was cut short is refused", () => {
  const result = parseExposition("up 1\nqueue_length 1", 100);
  deepEqual(result, {
    ok: false,
    refusal: { code: "EXPOSITION_INVALID", line: 2, reason: "the last line does not end" },
  });
});

test("a target with more series than allowed is refused", () => {
  const text = Array.from({ length: 11 }, (_, index) => `m{i="${index}"} 1\n`).join("");
  const result = parseExposition(text, 10);
  equal(!result.ok && result.refusal.code, "TOO_MANY_SERIES");
});

test("labels are unescaped and read in any order", () => {
  const name = parseSeriesName(String.raw`m{path="C:\\dir", said="a \"b\"\nc",}`);
  deepEqual(name.ok && { ...name.value.labels }, { path: "C:\\dir", said: 'a "b"\nc' });
});

test("a label given twice, a bad name and a label named like a prototype member are harmless", () => {
  equal(parseSeriesName('m{a="1",a="2"}').ok, false);
  equal(parseSeriesName('1m{a="1"}').ok, false);
  equal(parseSeriesName("m{a=1}").ok, false);
  const odd = parseSeriesName('m{__proto__="x",constructor="y"}');
  deepEqual(odd.ok && Object.entries(odd.value.labels), [
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
});
