import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "@assay/primitives/assert";
import { createMetrics } from "./metrics.ts";

test("a counter exists at 0 from the first scrape, with its known labels too", async () => {
  const metrics = createMetrics({ service: "test" });
  metrics.counter({ name: "http_errors_total", help: "Errors." });
  const blocked = metrics.counter({
    name: "blocked_total",
    help: "Blocked.",
    labels: ["reason"],
    labelValues: { reason: ["limit", "cooldown"] },
  });
  blocked.increment({ reason: "limit" }, 3);
  const text = await metrics.text();
  match(text, /^http_errors_total 0$/m);
  match(text, /^blocked_total\{reason="limit"\} 3$/m);
  match(text, /^blocked_total\{reason="cooldown"\} 0$/m);
  match(text, /^# TYPE blocked_total counter$/m);
});

test("a gauge is absent until it is set, after it is removed, and when its reading is unknown", async () => {
  const metrics = createMetrics({ service: "test" });
  const depth = metrics.gauge({ name: "depth", help: "Depth." });
  let reading: number | undefined = 7;
  metrics.gauge({ name: "lag_blocks", help: "Lag.", read: () => reading });
  metrics.gauge({ name: "broken", help: "Broken.", read: () => Promise.reject(new Error("down")) });
  match(await metrics.text(), /^lag_blocks 7$/m);
  reading = undefined;
  const text = await metrics.text();
  for (const name of ["depth", "lag_blocks", "broken"]) equal(new RegExp(`^${name} `, "m").test(text), false, name);
  depth.set(2);
  match(await metrics.text(), /^depth 2$/m);
  depth.remove();
  equal(/^depth /m.test(await metrics.text()), false);
});

test("a gauge with labels reads all its series anew", async () => {
  const metrics = createMetrics({ service: "test" });
  let markets = ["ETH-USDT", "WBTC-USDT"];
  metrics.gauge({
    name: "leader",
    help: "Leader.",
    labels: ["market"],
    read: () => markets.map((market) => ({ labels: { market }, value: 1 })),
  });
  match(await metrics.text(), /^leader\{market="WBTC-USDT"\} 1$/m);
  markets = ["ETH-USDT"];
  equal((await metrics.text()).includes("WBTC"), false);
});

test("the JSON form holds counters, gauges, histogram summaries and labelled counters", async () => {
  const metrics = createMetrics({ service: "test" });
  metrics.counter({ name: "plain_total", help: "x" }).increment(undefined, 2);
  metrics.counter({ name: "by_code_total", help: "x", labels: ["code"] }).increment({ code: "A" });
  metrics.counter({ name: "by_kind_total", help: "x", labels: ["kind"] });
  metrics.gauge({ name: "level", help: "x", labels: ["asset"] }).set(1.5, { asset: "ETH" });
  const duration = metrics.histogram({ name: "job_duration_ms", help: "x", buckets: [10, 100], labels: ["type"] });
  for (let value = 1; value <= 100; value += 1) duration.observe(value, { type: "mail" });
  const json = await metrics.json();
  equal(json.counters.plain_total, 2);
  deepEqual(json.labeled_counters.by_code_total, { 'by_code_total{code="A"}': 1 });
  equal(json.gauges['level{asset="ETH"}'], 1.5);
  const { count, min, max, avg, p50, p99 } = json.histograms.job_duration_ms!;
  deepEqual([count, min, max, avg], [100, 1, 100, 50.5]);
  ok(Math.abs(p50 - 50) <= 2.5 && Math.abs(p99 - 99) <= 5);
  match(await metrics.text(), /^job_duration_ms_bucket\{le="10",type="mail"\} 10$/m);
});

test("bad names, double registrations and foreign labels are broken invariants", () => {
  const metrics = createMetrics({ service: "test" });
  const broken = (act: () => unknown) => throws(act, AssertionError);
  broken(() => metrics.counter({ name: "errors", help: "x" }));
  broken(() => metrics.gauge({ name: "bad-name", help: "x" }));
  broken(() => metrics.gauge({ name: "BadName", help: "x" }));
  broken(() => metrics.histogram({ name: "h_ms", help: "x", buckets: [2, 1] }));
  const counter = metrics.counter({ name: "requests_total", help: "x", labels: ["code"] });
  broken(() => metrics.gauge({ name: "requests_total", help: "x" }));
  broken(() => counter.increment());
  broken(() => counter.increment({ code: "a" }, -1));
});

test("a label whose values come from outside cannot grow without bound", async () => {
  const metrics = createMetrics({ service: "test" });
  const counter = metrics.counter({ name: "codes_total", help: "x", labels: ["code"] });
  for (let index = 0; index < 5_000; index += 1) counter.increment({ code: `c${index}` });
  const series = (await metrics.json()).labeled_counters.codes_total!;
  equal(Object.keys(series).length, 2_001);
  equal(series['codes_total{code="other"}'], 3_000);
});
