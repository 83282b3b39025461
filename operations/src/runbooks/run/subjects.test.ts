import { deepEqual, match } from "node:assert/strict";
import { test } from "node:test";
import { SeriesStore } from "../../metrics-history/series-store.ts";
import { createPromqlSource } from "../../promql/promql-source.ts";
import { startRunFixture } from "./run-fixture.ts";

const HTTP = "```http { name=one effect=read timeout=2s }\nGET {{kiosk}}/api/tills/{{till}}\n```";
const DOWN = "```http { name=one effect=read timeout=2s }\nGET {{services.kiosk-worker}}/\n```";
const SH = "```sh { name=one effect=read timeout=5s }\nassay ps\n```";
const BROKEN_SH = "```sh { name=one effect=read timeout=5s }\nassay ps broken\n```";
const SQL = "```sql { name=one effect=read timeout=2s }\nselect 7 as n where {{till}} = 1\n```";
const BAD_SQL = "```sql { name=one effect=read timeout=2s }\nselect nothing from nowhere where {{till}} = 1\n```";
const ACTION =
  '```yaml { name=one effect=read timeout=2s }\naction: kiosk.till.count\nparams: { till: "{{till}}" }\n```';
const PROMQL = '```promql { name=one effect=read timeout=2s }\nsum(line{till="{{till}}"})\n```';
const NO_PROMQL = "```promql { name=one effect=read timeout=2s }\nnothing > {{till}}\n```";

/** Every subject: what passes, what fails, and what nobody can tell. */
const CASES: readonly [block: string, expects: string, verdict: "passed" | "failed" | "inconclusive"][] = [
  [HTTP, "status: 200", "passed"],
  [HTTP, "status: { in: [201, 202] }", "failed"],
  [DOWN, "status: 200", "inconclusive"],
  [DOWN, "status: { exists: false }", "passed"],
  [HTTP, "status: { exists: false }", "failed"],
  [HTTP, "header: { x-till: { matches: '^t[0-9]+$' } }", "passed"],
  [HTTP, "header: { x-till: t2 }", "failed"],
  [HTTP, "header: { x-none: t1 }", "inconclusive"],
  [HTTP, "header: { x-none: { exists: false } }", "passed"],
  [HTTP, "json: { $.line: { lte: threshold:kiosk.queue.target } }", "passed"],
  [HTTP, "json: { $.line: { gt: threshold:kiosk.queue.target } }", "failed"],
  [HTTP, "json: { $.till: param:till }", "passed"],
  [HTTP, "json: { $.none: 3 }", "inconclusive"],
  [HTTP, "json: { $.name: { gt: 3 } }", "inconclusive"],
  [HTTP, "json: { $.list: { len: { gte: param:till } } }", "passed"],
  [HTTP, 'text: { matches: "\\"line\\":\\\\s?3" }', "passed"],
  [HTTP, "text: { matches: never }", "failed"],
  [DOWN, "text: { matches: a }", "inconclusive"],
  [SH, "exit: 0", "passed"],
  [BROKEN_SH, "exit: 0", "failed"],
  [BROKEN_SH, "exit: { in: [0, 3] }", "passed"],
  [SQL, "rows: 1", "passed"],
  [SQL, "rows: { gt: 1 }", "failed"],
  [SQL, "rows: 1\njson: { '$[0].n': 7 }", "passed"],
  [SQL, "json: { '$[3].n': 7 }", "inconclusive"],
  [BAD_SQL, "rows: 0", "inconclusive"],
  [ACTION, "state: executed", "passed"],
  [ACTION, "state: failed", "failed"],
  [PROMQL, "rows: 1\njson: { '$[0].value': { gt: 2, lt: 4 } }", "passed"],
  [PROMQL, "json: { '$[0].value': { gt: 5 } }", "failed"],
  [PROMQL, "json: { '$[1].value': { gt: 5 } }", "inconclusive"],
  [NO_PROMQL, "rows: 0", "inconclusive"],
  [HTTP, "metric: { kiosk.queue: { lte: threshold:kiosk.queue.target } }", "passed"],
  [HTTP, "metric: { kiosk.queue: { gt: threshold:kiosk.queue.target } }", "failed"],
  [HTTP, "metric: { queue_length: { gt: threshold:kiosk.queue.target } }", "inconclusive"],
  [HTTP, "alert: { kiosk.QUEUE_LONG: firing }", "passed"],
  [HTTP, "alert: { kiosk.QUEUE_LONG: resolved }", "failed"],
  [HTTP, "event: { runbook.run.started: { exists: true } }", "passed"],
  [HTTP, "event: { kiosk.sales.start.executed: { exists: true } }", "failed"],
  [HTTP, "within: 40ms\njson: { $.line: 4 }", "failed"],
];

for (const [block, expects, verdict] of CASES) {
  const kind = /^```(\w+)/.exec(block)?.[1];
  test(`${kind}: \`${expects.replaceAll("\n", ", ")}\` is ${verdict}`, async () => {
    const at = 1_000_000;
    const series = new SeriesStore({ maxSeries: 9, maxSamplesPerSeries: 99 });
    series.record('line{till="1"}', at, 3);
    const promql = createPromqlSource({
      prometheus: undefined,
      system: () => ({ series, windows: new Map() }),
      now: () => at,
    });
    await using plane = await startRunFixture(`## One\n${block}\n\`\`\`yaml expect\n${expects}\n\`\`\`\n`, { promql });
    const body = { line: 3, till: 1, name: "t1", list: ["a", "b"] };
    plane.kiosk.answers.set("GET /api/tills/1", () => ({ status: 200, body, headers: { "x-till": "t1" } }));
    plane.metrics.set("kiosk.queue", 4);
    plane.alerts.set("kiosk.QUEUE_LONG", "firing");
    const { id } = await plane.run();
    const { steps } = await plane.current(id);
    deepEqual(
      steps.map((step) => step.verdict),
      [verdict],
      JSON.stringify(steps[0]),
    );
    if (verdict === "inconclusive") match(JSON.stringify(steps[0]!.expectations), /"reason":"/);
  });
}
