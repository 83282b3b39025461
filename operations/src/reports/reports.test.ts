import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "@assay/platform/logging/logger";
import { systemRandom } from "@assay/platform/random/random";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { addMs, DAY_MS, HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import { OPERATIONS_MIGRATIONS, openTestAudit } from "../audit/audit-fixture.ts";
import { createEvents } from "../events/events.ts";
import { manifestFixture } from "../manifest/manifest-fixture.ts";
import { ChartHistory } from "../metrics-history/chart-history.ts";
import { startShop } from "../shop-fixture.ts";
import { MonitoredSystem } from "../systems/monitored-system.ts";
import { threshold } from "../thresholds/threshold.ts";
import { chartName } from "./metric-chart.ts";
import type { Figure } from "./report.ts";
import { reportMarkdown } from "./report-markdown.ts";
import { Reports } from "./reports.ts";

const queue = threshold({
  id: "shop.queue",
  title: "Waiting | orders",
  unit: "count",
  expression: { kind: "gauge", metric: "queue_length", aggregate: "sum" },
  target: { op: "lte", value: 10 },
  levels: { warning: { op: "gt", value: 20 } },
  forMs: 0,
  source: "test",
});
const SALES = { metric: "sales_total", labels: { kind: "card" } };
const BY = { kind: "person", id: "per_ada", name: "Ada" } as const;

async function openReports(clock: MovedClock) {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(
    await startTestDatabase({ migrations: [OPERATIONS_MIGRATIONS], role: "operations_app" }),
  );
  const shop = resources.use(await startShop());
  const audit = resources.use(await openTestAudit(database.app, { clock }));
  const charts = new ChartHistory({ database: database.app });
  const manifest = manifestFixture({
    services: [{ name: "backend", url: shop.url }],
    thresholds: [queue],
    reads: [{ path: "/api/stock", role: "viewer" }],
    reports: [
      {
        name: "sales",
        title: "Sales",
        kind: "performance",
        schedule: { every: "day", at: "06:00", timeZone: "Europe/Zurich" },
        sections: [
          {
            title: "Till",
            figures: [
              { title: "Sold", unit: "count", source: { kind: "metric", ...SALES, function: "increase" } },
              { title: "Stock", unit: "count", source: { kind: "read", path: "/api/stock", select: "$.stock" } },
              { title: "Silent", unit: "ms", source: { kind: "metric", metric: "nobody_knows", function: "max" } },
              { title: "Answered in", unit: "s", source: { kind: "plane", figure: "time-to-acknowledge" } },
              { title: "Alerts", unit: "count", source: { kind: "plane", figure: "alerts" } },
            ],
          },
        ],
      },
    ],
  });
  const system = new MonitoredSystem({ manifest, clock, token: async () => "t", scrapeIntervalMs: 1_000 });
  const reports = new Reports({
    ...{ database: database.app, clock, random: systemRandom, logger: silentLogger, audit, charts },
    events: createEvents(),
    systems: { list: () => [system], find: (name) => (name === "shop" ? system : undefined) },
    url: () => shop.url,
    token: async () => "token",
  });
  const running = resources.move();
  return { reports, charts, audit, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function byTitle(figures: readonly Figure[]): Record<string, Figure> {
  return Object.fromEntries(figures.map((figure) => [figure.title, figure]));
}

test("every figure names its source and its samples, and what is not known has no number", async () => {
  const clock = new MovedClock();
  await using plane = await openReports(clock);
  const { reports, charts, audit } = plane;
  await audit.append(undefined, { actor: BY, action: "session.opened", target: "per_ada", details: {} });
  for (const [minute, sold] of [10, 14, 3, 5].entries()) {
    const at = addMs(clock.now(), minute * MINUTE_MS);
    charts.record({ system: "shop", name: chartName(SALES) }, at, sold);
    charts.record({ system: "shop", name: queue.id }, at, minute === 1 ? 30 : 5);
  }
  await clock.advance(10 * MINUTE_MS);
  const made = await reports.make({ system: "shop", name: "sales" }, { window: reports.window("day"), by: BY });
  ok(made.ok);
  const sales = byTitle(made.value.content.sections[0]!.figures);
  deepEqual(
    [sales.Sold?.value, sales.Sold?.samples, sales.Sold?.source],
    [9, 4, 'increase of sales_total{kind="card"}'],
  );
  deepEqual([sales.Stock?.value, sales.Stock?.source], [3, "GET /api/stock $.stock"]);
  deepEqual([sales.Silent?.value, sales.Silent?.samples], [null, 0]);
  deepEqual([sales["Answered in"]?.value, sales["Answered in"]?.note], [null, "nothing to measure happened"]);
  deepEqual([sales.Alerts?.value, sales.Alerts?.samples], [0, 0]);
  match(
    sales.Alerts!.source,
    /^select count.* from alerts where system = 'shop' and fired_at >= '20.*Z' and fired_at < '20/,
  );
  match(sales.Alerts!.note!, /^since 2025-08-01T12:00:00.000Z, the plane's first record$/);
  equal(made.value.sha256, sha256Hex(canonicalJson(made.value.content as unknown as JsonValue)));
  const kept = await reports.find(made.value.id);
  deepEqual(kept, made.value);
  const page = reportMarkdown(made.value);
  match(page, /\| Silent \| no data \| 0 \| the plane has no samples of it in the window \|/);
  ok(
    (await audit.list({ limit: 10 })).some(({ action, target }) => action === "report.made" && target === "shop/sales"),
  );
});

test("the four standard reports of a system need no declaration", async () => {
  const clock = new MovedClock();
  await using plane = await openReports(clock);
  const { reports, charts, audit } = plane;
  await audit.append(undefined, { actor: BY, action: "session.refused", target: "per_ada", details: {} });
  for (const [minute, length] of [5, 30, 8, 9].entries())
    charts.record({ system: "shop", name: queue.id }, addMs(clock.now(), minute * MINUTE_MS), length);
  await clock.advance(HOUR_MS);
  const names = (await reports.offered()).map(({ report }) => report.name);
  deepEqual(names, ["performance", "security", "compliance", "system", "sales"]);
  const all = async (name: string) => {
    const made = await reports.make({ system: "shop", name }, { window: reports.window("week"), by: BY });
    ok(made.ok);
    return made.value;
  };
  const performance = await all("performance");
  const waiting = performance.content.sections[0]!.figures[0]!;
  deepEqual(
    [waiting.value, waiting.samples, waiting.statistics],
    [9, 4, { least: 5, greatest: 30, average: 13, onTarget: 0.75 }],
  );
  match(
    reportMarkdown(performance),
    /\| Waiting \\\| orders \| 9 \| 4 \| 5 to 30, mean 13; on target 75 %; samples since 2025-08-01T12:00:00Z \|/,
  );
  const security = byTitle((await all("security")).content.sections.flatMap(({ figures }) => figures));
  deepEqual([security["Sign-ins that were refused"]?.value, security["Sign-ins"]?.value], [1, 0]);
  for (const name of ["compliance", "system"]) ok((await all(name)).content.sections.length > 0);
});

test("a window before the plane's first record has no data, a reading has only a present, and a bad window is refused", async () => {
  const clock = new MovedClock();
  await using plane = await openReports(clock);
  const { reports, audit } = plane;
  await audit.append(undefined, { actor: BY, action: "session.opened", target: "per_ada", details: {} });
  const window = { from: addMs(clock.now(), -3 * DAY_MS), to: addMs(clock.now(), -2 * DAY_MS) };
  const made = await reports.make({ system: "shop", name: "sales" }, { window, by: BY });
  ok(made.ok);
  deepEqual(
    made.value.content.sections[0]!.figures.map(({ value }) => value),
    [null, null, null, null, null],
  );
  const backwards = { from: window.to, to: window.from };
  const refused = await reports.make({ system: "shop", name: "sales" }, { window: backwards, by: BY });
  equal(!refused.ok && refused.refusal.code, "BAD_WINDOW");
  const unknown = await reports.make({ system: "shop", name: "gossip" }, { window, by: BY });
  equal(!unknown.ok && unknown.refusal.code, "REPORT_NOT_FOUND");
});

test("a report is made once per day by the clock, as its manifest or a person says", async () => {
  const clock = new MovedClock();
  await using plane = await openReports(clock);
  const { reports, audit } = plane;
  await audit.append(undefined, { actor: BY, action: "session.opened", target: "per_ada", details: {} });
  await reports.advance();
  deepEqual(await reports.list({ limit: 10 }), [], "of a time before the plane's own there is nothing to tell");
  await clock.advance(DAY_MS);
  await reports.advance();
  await reports.advance();
  deepEqual(
    (await reports.list({ limit: 10 })).map(({ name, scheduled, madeBy }) => [name, scheduled, madeBy]),
    [["sales", true, "operations"]],
  );
  const daily = { every: "day", at: "13:00", timeZone: "UTC" } as const;
  ok((await reports.schedule({ system: "shop", name: "sales", schedule: null }, BY)).ok);
  ok((await reports.schedule({ system: "shop", name: "system", schedule: daily }, BY)).ok);
  await clock.advance(DAY_MS + 2 * HOUR_MS);
  await reports.advance();
  const [newest] = await reports.list({ limit: 10 });
  deepEqual([newest?.name, new Date(newest!.to).toISOString()], ["system", "2025-08-03T13:00:00.000Z"]);
  equal((await reports.list({ limit: 10 })).length, 2);
});
