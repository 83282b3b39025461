import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { MINUTE_MS, toInstant } from "@assay/primitives/instant";
import { ChartHistory, MAX_CHART_POINTS } from "./chart-history.ts";
import { keepSnapshot, restoreSnapshots } from "./metric-snapshots.ts";
import { SeriesStore } from "./series-store.ts";

const migrations = [fileURLToPath(new URL("../../migrations", import.meta.url))];
const START = 1_700_000_040_000;
const chart = { system: "shop", name: "shop.queue" };
const at = (ms: number) => toInstant(START + ms);

test("a chart shows each step's least, greatest and last value, and leaves gaps where nothing is known", async () => {
  await using test = await startTestDatabase({ migrations, role: "operations_app" });
  const history = new ChartHistory({ database: test.app });
  for (const [second, value] of [1, 5, 3, undefined, undefined, undefined, 9].entries())
    history.record(chart, at(second * 1_000), value);
  deepEqual(await history.points({ ...chart, since: at(0), until: at(60_000), stepMs: 3_000 }), [
    { at: at(0), least: 1, greatest: 5, latest: 3 },
    { at: at(6_000), least: 9, greatest: 9, latest: 9 },
  ]);
});

test("after a restart the chart goes on from the minutes that were written", async () => {
  await using test = await startTestDatabase({ migrations, role: "operations_app" });
  const before = new ChartHistory({ database: test.app });
  for (let second = 0; second < 120; second += 1) before.record(chart, at(second * 1_000), second);
  await before.flush(at(2 * MINUTE_MS));
  await before.flush(at(2 * MINUTE_MS));
  const after = new ChartHistory({ database: test.app });
  after.record(chart, at(2 * MINUTE_MS), 7);
  const points = await after.points({ ...chart, since: at(0), until: at(5 * MINUTE_MS), stepMs: MINUTE_MS });
  deepEqual(
    points.map(({ least, greatest, latest }) => [least, greatest, latest]),
    [
      [0, 59, 59],
      [60, 119, 119],
      [7, 7, 7],
    ],
  );
});

test("a chart never has more points than the limit", async () => {
  await using test = await startTestDatabase({ migrations, role: "operations_app" });
  const history = new ChartHistory({ database: test.app });
  for (let second = 0; second < 3_600; second += 1) history.record(chart, at(second * 1_000), second);
  const points = await history.points({ ...chart, since: at(0), until: at(3_600_000), stepMs: 1 });
  equal(points.length <= MAX_CHART_POINTS, true);
});

test("windows survive a restart through snapshots", async () => {
  await using test = await startTestDatabase({ migrations, role: "operations_app" });
  const options = { windows: new Map([["errors_total", 300_000]]), maxSeries: 10, maxSamplesPerSeries: 100 };
  const before = { system: "shop", series: new SeriesStore(options) };
  for (let minute = 0; minute < 3; minute += 1) {
    before.series.ingest("backend", at(minute * MINUTE_MS), [{ series: 'errors_total{code="1"}', value: minute * 10 }]);
    await keepSnapshot(test.app, before, at(minute * MINUTE_MS));
  }
  const after = { system: "shop", series: new SeriesStore(options) };
  await restoreSnapshots(test.app, after, at(3 * MINUTE_MS));
  const [series] = [...after.series.select("errors_total", { service: "backend", code: "1" })];
  deepEqual(series?.between(at(0), at(3 * MINUTE_MS)).values, [0, 10, 20]);
});

test("a clock that went back draws the same times anew instead of standing still", async () => {
  await using test = await startTestDatabase({ migrations, role: "operations_app" });
  const history = new ChartHistory({ database: test.app });
  for (let minute = 0; minute < 10; minute += 1) history.record(chart, at(minute * MINUTE_MS), 1);
  await history.flush(at(10 * MINUTE_MS));
  history.rewind(at(4 * MINUTE_MS));
  history.record(chart, at(5 * MINUTE_MS), 7);
  await history.flush(at(6 * MINUTE_MS));
  const points = await history.points({
    ...chart,
    since: at(4 * MINUTE_MS),
    until: at(6 * MINUTE_MS),
    stepMs: MINUTE_MS,
  });
  deepEqual(
    points.map(({ latest }) => latest),
    [1, 7],
  );
});
