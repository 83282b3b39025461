import { equal, match } from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fetchJson } from "@assay/platform/http/http-client";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { BACKEND, forkProcess, type ProcessEnvironment, startProcess, WORKER } from "./start-process.ts";

const LARGEST_RSS_BYTES = 300 * 2 ** 20;

async function failure(entry: string, env: ProcessEnvironment) {
  const process = forkProcess(entry, env);
  const [error, [code]] = await Promise.all([text(process.stderr!), once(process, "exit")]);
  process.stdout?.resume();
  return { code, sentence: error.trim() };
}

test("the backend starts on an empty database, stays below 300 MB and ends with 0 on SIGTERM", async () => {
  await using database = await startTestDatabase();
  const env = { DATABASE_URL: database.url.reveal(), COINHUBX_PORT: "0", MONGO_URL: "mongodb://old", DB_NAME: "old" };
  await using backend = await startProcess(BACKEND, env);
  for (let request = 0; request < 200; request += 1) {
    const { status } = await fetchJson(`${backend.url}/api/markets/ETH-USDT/book`);
    equal(status, 200);
  }
  match(backend.output(), /MONGO_URL is set but not read/);
  match(backend.output(), /DB_NAME is set but not read/);
  const status = await readFile(`/proc/${backend.process.pid}/status`, "utf8").catch(() => undefined);
  const rssKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status ?? "")?.[1] ?? 0);
  equal(rssKib * 1024 < LARGEST_RSS_BYTES, true, `${rssKib} KiB`);
  backend.process.kill("SIGTERM");
  const [code] = await once(backend.process, "exit");
  equal(code, 0);
});

test("whatever keeps a process from starting is one sentence and an exit code", async () => {
  await using database = await startTestDatabase();
  const url = database.url.reveal();
  await using worker = await startProcess(WORKER, { DATABASE_URL: url, COINHUBX_WORKER_PORT: "0" });
  const { port } = new URL(worker.url);
  const cases = [
    [
      WORKER,
      { DATABASE_URL: url, COINHUBX_WORKER_PORT: port },
      1,
      new RegExp(`port ${port} on 127.0.0.1 is already in use`),
    ],
    [BACKEND, {}, 78, /DATABASE_URL is not set/],
    [
      BACKEND,
      { DATABASE_URL: "postgres://nobody:x@127.0.0.1:1/x" },
      1,
      /the database does not answer or refuses the login/,
    ],
    [BACKEND, { DATABASE_URL: "mysql://x" }, 78, /DATABASE_URL must be an absolute address with postgres:/],
    [BACKEND, { DATABASE_URL: url, ASSAY_ENVIRONMENT: "production" }, 78, /COINHUBX_PLANE_KEY is not set/],
    [BACKEND, { DATABASE_URL: url, ASSAY_FAULTS: "maybe" }, 78, /ASSAY_FAULTS must be one of enabled, disabled/],
  ] as const;
  for (const [entry, env, expected, sentence] of cases) {
    const { code, sentence: said } = await failure(entry, env);
    equal(code, expected, said);
    match(said, sentence);
    equal(said.split("\n").filter((line) => line.includes("did not start")).length, 1, said);
  }
});
