import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { waitUntil } from "@assay/operations/drills/wait-until";
import { createPrometheus } from "@assay/operations/promql/prometheus";
import { createPromqlSource, type PromqlAnswer } from "@assay/operations/promql/promql-source";
import { systemClock } from "@assay/platform/clock/clock";
import { freePort } from "@assay/platform/testing/free-port";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";

const PROMETHEUS = "/usr/bin/prometheus";
const LIMIT_MS = 60_000;
const skip = existsSync(PROMETHEUS) ? false : "prometheus is not installed (Debian: apt-get install prometheus)";

test("a real Prometheus answers steps, also what the plane cannot, and its refusals are no answers", {
  skip,
}, async () => {
  await using folder = await temporaryFolder();
  await using shop = await startMetrics();
  await using prometheus = await startPrometheus(folder.path, shop.target);
  const source = createPromqlSource({
    prometheus: createPrometheus(prometheus.url),
    system: () => undefined,
    now: () => systemClock.now(),
  });
  const ask = (promql: string) => source.query({ system: "shop", promql, timeoutMs: 5_000 });
  const scraped = await waitUntil({ clock: systemClock, what: "a scrape", limitMs: LIMIT_MS }, async () => {
    const answer = await ask('sum by (till) (line{till=~"1|2"})');
    return "samples" in answer && answer.samples.length === 2 ? answer : undefined;
  });
  deepEqual(valuesOf(scraped), { '{"till":"1"}': 3, '{"till":"2"}': 5 });
  deepEqual(valuesOf(await ask("topk(1, sum by (till) (line))")), { '{"till":"2"}': 5 });
  deepEqual(valuesOf(await ask("scalar(sum(line)) * 2")), { "{}": 16 });
  deepEqual(await ask("line > 100"), { samples: [], by: "prometheus" });
  match(troubleOf(await ask("errors_total > 100")), /^NO_DATA/);
  match(troubleOf(await ask("nonsense_of_mine(line)")), /^(PROMQL_SYNTAX|PROMETHEUS_REFUSED)/);
});

function valuesOf(answer: PromqlAnswer): Record<string, number> {
  ok("samples" in answer, JSON.stringify(answer));
  return Object.fromEntries(answer.samples.map(({ labels, value }) => [JSON.stringify(labels), value]));
}

function troubleOf(answer: PromqlAnswer): string {
  ok("trouble" in answer, JSON.stringify(answer));
  return answer.trouble;
}

async function startMetrics() {
  const server = createServer((_request, response) =>
    response
      .writeHead(200, { "content-type": "text/plain; version=0.0.4" })
      .end('line{till="1"} 3\nline{till="2"} 5\n'),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function startPrometheus(folder: string, target: string) {
  const port = await freePort();
  const config = join(folder, "prometheus.yml");
  const scrape = { job_name: "shop", static_configs: [{ targets: [target] }] };
  await writeFile(config, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: [scrape] }));
  const parameters = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, "tsdb")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--log.level=error",
  ];
  const child: ChildProcess = spawn(PROMETHEUS, parameters, { stdio: "ignore" });
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  await waitUntil({ clock: systemClock, what: "Prometheus", limitMs: LIMIT_MS }, async () => {
    const ready = await fetch(`${url}/-/ready`).catch(() => undefined);
    return ready?.status === 200 ? true : undefined;
  });
  equal(child.exitCode, null);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
