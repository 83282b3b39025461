import { deepEqual, match, ok } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { SeriesStore } from "../metrics-history/series-store.ts";
import { createPrometheus } from "./prometheus.ts";
import { createPromqlSource, type PromqlAnswer } from "./promql-source.ts";

const NOW = 600_000;

function plane(query: string, system = "kiosk"): Promise<PromqlAnswer> {
  const windows = new Map([["sales_total", 600_000]]);
  const series = new SeriesStore({ maxSeries: 10, maxSamplesPerSeries: 100, windows });
  for (let at = 0; at <= NOW; at += 15_000) {
    series.record("sales_total", at, at / 1_000);
    series.record('line{till="1"}', at, 3);
  }
  series.record("closed", 0, 1);
  const source = createPromqlSource({
    prometheus: undefined,
    system: (name) => (name === "kiosk" ? { series, windows } : undefined),
    now: () => NOW,
  });
  return source.query({ system, promql: query, timeoutMs: 1_000 });
}

test("the plane answers from its own samples", async () => {
  deepEqual(await plane("sum(rate(sales_total[10m])) * 60"), { samples: [{ labels: {}, value: 60 }], by: "plane" });
});

for (const [query, trouble] of [
  ["line >", /^PROMQL_SYNTAX/],
  ["topk(1, line)", /^PROMQL_BEYOND: topk\(\) is answered by a Prometheus only/],
  ["rate(sales_total[20m])", /^NO_HISTORY: the plane keeps 600 s of sales_total/],
  ["max_over_time(line[1m])", /^NO_HISTORY: the plane keeps 0 s of line/],
  ["errors_total > 5", /^NO_DATA: nothing shows errors_total now/],
  ["closed > 5", /^NO_DATA: nothing shows closed now/],
] as const) {
  test(`\`${query}\` has no answer, which is never taken for an empty one`, async () => {
    const answer = await plane(query);
    ok("trouble" in answer);
    match(answer.trouble, trouble);
  });
}

test("an empty answer is one when the metric is there, or may be absent", async () => {
  deepEqual(await plane("line > 5"), { samples: [], by: "plane" });
  deepEqual(await plane("absent(line)"), { samples: [], by: "plane" });
  deepEqual(await plane("absent(errors_total)"), { samples: [{ labels: {}, value: 1 }], by: "plane" });
  match(JSON.stringify(await plane("line", "roof")), /SYSTEM_UNKNOWN/);
});

/** A Prometheus that answers each query as `answers` says, by its text. */
async function withPrometheus(answers: Readonly<Record<string, string>>, query: string): Promise<PromqlAnswer> {
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? "", "http://prometheus").searchParams.get("query") ?? "";
    const body = answers[asked];
    if (body === "endless") {
      response.on("error", () => undefined);
      const timer = setInterval(() => response.write("x".repeat(65_536)), 1);
      response.once("close", () => clearInterval(timer));
    } else if (body !== "silent") response.writeHead(body?.startsWith("<") ? 502 : 200).end(body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const source = createPromqlSource({ prometheus: createPrometheus(url), system: () => undefined, now: () => NOW });
    return await source.query({ system: "kiosk", promql: query, timeoutMs: 300 });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const EMPTY = '{"status":"success","data":{"resultType":"vector","result":[]}}';
const ONE = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"+Inf"]}]}}';

test("a configured Prometheus answers, also what the plane cannot", async () => {
  deepEqual(await withPrometheus({ "topk(1, x)": ONE }, "topk(1, x)"), {
    samples: [{ labels: { a: "b" }, value: Number.POSITIVE_INFINITY }],
    by: "prometheus",
  });
  deepEqual(await withPrometheus({ "x > 1": EMPTY, "count(x)": ONE }, "x > 1"), { samples: [], by: "prometheus" });
});

for (const [what, answers, trouble] of [
  ["that shows no such metric", { "x > 1": EMPTY, "count(x)": EMPTY }, /^NO_DATA/],
  ["that says nothing", { "x > 1": "silent" }, /^PROMETHEUS_UNREACHABLE: TIMEOUT/],
  ["that never stops", { "x > 1": "endless" }, /^PROMETHEUS_UNREACHABLE: (TOO_LARGE|TIMEOUT)/],
  ["behind a broken proxy", { "x > 1": "<html>" }, /^PROMETHEUS_UNREADABLE: it answered 502/],
  [
    "that refuses",
    { "x > 1": '{"status":"error","errorType":"timeout","error":"too slow"}' },
    /^PROMETHEUS_REFUSED: too slow/,
  ],
] as const) {
  test(`a Prometheus ${what} leaves the question open`, async () => {
    const answer = await withPrometheus(answers, "x > 1");
    ok("trouble" in answer, JSON.stringify(answer));
    match(answer.trouble, trouble);
  });
}
