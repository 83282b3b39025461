import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { type ThresholdDeclaration, threshold } from "./threshold.ts";
import { createThresholdRegistry } from "./threshold-registry.ts";
import { thresholdSentence } from "./threshold-sentence.ts";

const latency: ThresholdDeclaration = {
  id: "shop.http.p99",
  title: "Slowest answers",
  unit: "ms",
  expression: { kind: "quantile", metric: "http_request_duration_ms", quantile: 0.99, windowMs: 300_000 },
  target: { op: "lte", value: 500 },
  levels: { warning: { op: "gt", value: 2_000 }, critical: { op: "gt", value: 5_000 } },
  forMs: 120_000,
  minimumTraffic: { metric: "http_request_duration_ms_count", windowMs: 300_000, count: 100 },
  source: "test",
};

test("a threshold reads as one sentence", () => {
  equal(
    thresholdSentence(threshold(latency)),
    "Slowest answers (p99 of http_request_duration_ms over 5m): target ≤ 500 ms; warning > 2000 ms, critical > 5000 ms for 2m; not judged below 100 events (http_request_duration_ms_count) in 5m.",
  );
});

test("levels that contradict each other are a bug found at the declaration", () => {
  throws(() =>
    threshold({ ...latency, levels: { warning: { op: "gt", value: 9 }, critical: { op: "gt", value: 5 } } }),
  );
  throws(() =>
    threshold({ ...latency, levels: { warning: { op: "gt", value: 5 }, critical: { op: "lt", value: 1 } } }),
  );
  throws(() => threshold({ ...latency, id: "NotAnId" }));
});

test("a reference names a threshold and one of its bounds", () => {
  const registry = createThresholdRegistry([{ thresholds: [threshold(latency)], alertRules: [] }]);
  const critical = registry.reference("shop.http.p99.critical");
  deepEqual(critical.ok && critical.value.comparison, { op: "gt", value: 5_000 });
  const target = registry.reference("shop.http.p99.target");
  deepEqual(target.ok && target.value.comparison, { op: "lte", value: 500 });
  equal(!registry.reference("shop.http.p99.high").ok, true);
  equal(!registry.reference("shop.other.target").ok, true);
});
