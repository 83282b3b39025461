import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { SeriesStore } from "./series-store.ts";

const store = (options: Partial<{ maxSeries: number; maxSamplesPerSeries: number }> = {}) =>
  new SeriesStore({
    windows: new Map([["errors_total", 300_000]]),
    maxSeries: 100,
    maxSamplesPerSeries: 64,
    ...options,
  });

const latest = (of: SeriesStore, metric: string, now: number) =>
  [...of.select(metric, {})].map((one) => one.latest(now));

test("a series carries the service it was scraped from, and a label of that name is kept under another", () => {
  const series = store();
  series.ingest("backend", 0, [{ series: 'errors_total{service="x",code="1"}', value: 3 }]);
  const [only] = [...series.select("errors_total", { service: "backend", exported_service: "x" })];
  deepEqual(only?.labels, { code: "1", exported_service: "x", service: "backend" });
});

test("a series that the target no longer shows has no value at once, and its past stays readable", () => {
  const series = store();
  series.ingest("backend", 1_000, [{ series: "errors_total", value: 3 }]);
  series.ingest("backend", 2_000, []);
  deepEqual(latest(series, "errors_total", 2_000), [undefined]);
  deepEqual(latest(series, "errors_total", 1_500), [3]);
  series.ingest("backend", 3_000, [{ series: "errors_total", value: 4 }]);
  deepEqual([...series.select("errors_total", {})][0]?.between(0, 3_000), { times: [1_000, 3_000], values: [3, 4] });
});

test("a target that does not answer ends its own series only", () => {
  const series = store();
  series.ingest("backend", 0, [{ series: "errors_total", value: 1 }]);
  series.ingest("worker", 0, [{ series: "errors_total", value: 2 }]);
  series.endTarget("backend", 1_000);
  deepEqual(latest(series, "errors_total", 1_000), [undefined, 2]);
});

test("a value older than five minutes is no value", () => {
  const series = store();
  series.record('probe_success{check="a"}', 0, 1);
  deepEqual(latest(series, "probe_success", 300_000), [1]);
  deepEqual(latest(series, "probe_success", 300_001), [undefined]);
});

test("a scrape with too many series is refused and changes nothing", () => {
  const series = store({ maxSeries: 2 });
  series.ingest("backend", 0, [{ series: "errors_total", value: 1 }]);
  const refused = series.ingest(
    "backend",
    1_000,
    ["a", "b", "c"].map((name) => ({ series: name, value: 1 })),
  );
  equal(!refused.ok && refused.refusal.code, "TOO_MANY_SERIES");
  equal(series.size, 1);
  deepEqual(latest(series, "errors_total", 1_000), [1]);
});

test("memory is bounded: a ring forgets its oldest samples and a dead series leaves", () => {
  const series = store();
  for (let at = 0; at <= 200_000; at += 1_000) series.ingest("backend", at, [{ series: "errors_total", value: at }]);
  equal([...series.select("errors_total", {})][0]?.between(0, 200_000).times.length, 64);
  for (let at = 201_000; at <= 800_000; at += 60_000) series.ingest("backend", at, []);
  series.trim(800_000);
  equal(series.size, 0);
});

test("a snapshot brings the watched metrics back after a restart", () => {
  const before = store();
  before.ingest("backend", 1_000, [
    { series: 'errors_total{code="1"}', value: 7 },
    { series: "unwatched", value: 1 },
  ]);
  const after = store();
  after.restore(before.snapshot(1_000), 1_000);
  equal(after.size, 1);
  deepEqual(latest(after, "errors_total", 2_000), [7]);
  after.ingest("backend", 61_000, [{ series: 'errors_total{code="1"}', value: 9 }]);
  equal(after.size, 1);
});
