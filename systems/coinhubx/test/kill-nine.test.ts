import { deepEqual, equal, ok } from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { fetchJson } from "@assay/platform/http/http-client";
import { seededRandom } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { ETH_USDT } from "../src/markets/markets.ts";
import { MatchingEngine } from "../src/matching/matching-engine.ts";
import { replay } from "../src/matching/replay.ts";
import { stateHash } from "../src/matching/state-codec.ts";
import { readJournal, readSnapshotBelow } from "../src/orders/engine-journal.ts";
import { enterOrderClient, type Fill, type OrderClient } from "./order-client.ts";
import { BACKEND, type StartedProcess, startProcess } from "./start-process.ts";
import { startTestPlane } from "./test-plane.ts";
import { until } from "./until.ts";

const SEED = 20_250_801;
const ROUNDS = 3;
const CUSTOMERS = 4;

interface Listed {
  readonly order_id: string;
  readonly client_order_id: string;
  readonly status: string;
}

/** Every page of a list. */
async function readAll<T>(url: string, token: string, member: "orders" | "fills"): Promise<T[]> {
  const found: T[] = [];
  let cursor = "";
  do {
    const { status, body } = await fetchJson(`${url}/api/${member}?limit=500${cursor}`, { token });
    equal(status, 200);
    const page = body as { next_cursor: string | null } & Record<typeof member, T[]>;
    found.push(...page[member]);
    cursor = page.next_cursor === null ? "" : `&cursor=${page.next_cursor}`;
  } while (cursor !== "");
  return found;
}

/** Whatever this customer was told is there, exactly once, and nothing that was never asked for. */
async function assertKept(url: string, { token, placed, canceled }: OrderClient): Promise<void> {
  const orders = await readAll<Listed>(url, token, "orders");
  const ids = new Map(orders.map((order) => [order.client_order_id, order.order_id]));
  equal(ids.size, orders.length, "no order is there twice");
  deepEqual(ids, new Map([...placed].reverse().map(([clientId, order]) => [clientId, order.order_id])));
  const statuses = new Map(orders.map((order) => [order.order_id, order.status]));
  for (const id of canceled) equal(statuses.get(id), "canceled");
  const fills = new Map((await readAll<Fill>(url, token, "fills")).map((fill) => [fill.trade_id, fill]));
  for (const order of placed.values()) for (const fill of order.fills) deepEqual(fills.get(fill.trade_id), fill);
}

/** X10: the journal from its first command leads to the very state that the engine had in memory when it ended. */
async function assertReplay(database: Database): Promise<number> {
  const snapshot = await readSnapshotBelow(database, ETH_USDT.code, Number.MAX_SAFE_INTEGER);
  const entries = await readJournal(database, ETH_USDT.code, { after: 0, limit: 1_000_000 });
  const engine = new MatchingEngine(ETH_USDT);
  equal(replay(engine, entries), undefined);
  deepEqual([engine.counters.sequence, stateHash(engine)], [snapshot?.sequence, snapshot?.stateHash]);
  return entries.length;
}

async function isLeading(url: string): Promise<boolean> {
  const { body } = await fetchJson(`${url}/api/ready`);
  return (body as { checks: { engine: { status: string } } }).checks.engine.status === "healthy";
}

test("L11, X10: a backend killed at random moments keeps every order, fill and cancel it answered, exactly once", async () => {
  await using database = await startTestDatabase();
  await using plane = await startTestPlane();
  const env = { DATABASE_URL: database.url.reveal(), COINHUBX_PORT: "0", COINHUBX_PLANE_URL: plane.url };
  const random = seededRandom(SEED);
  let backend: StartedProcess = await startProcess(BACKEND, env);
  const url = () => backend.url;
  await using atEnd = new AsyncDisposableStack();
  atEnd.defer(() => backend[Symbol.asyncDispose]());
  const enter = (_: unknown, index: number) =>
    enterOrderClient({ name: `trader${index}`, random: seededRandom(SEED + 1 + index), url });
  const clients = await Promise.all(Array.from({ length: CUSTOMERS }, enter));
  const answers = () => clients.reduce((sum, { placed, canceled }) => sum + placed.size + canceled.size, 0);
  atEnd.defer(() => {
    for (const client of clients) client.stop();
  });
  const trading = Promise.all(clients.map((client) => client.trade()));
  trading.catch(() => undefined);
  for (let round = 0; round < ROUNDS; round += 1) {
    const target = answers() + 60 + random.integer(120);
    await Promise.race([until(async () => answers() >= target), trading]);
    await systemClock.sleep(random.integer(20));
    backend.process.kill("SIGKILL");
    await once(backend.process, "exit");
    // Once the dead owner's lease runs out by itself; for the other rounds that time is skipped.
    if (round > 0) await database.database.execute(sql`update engine_leases set expires_at = '-infinity'`);
    backend = await startProcess(BACKEND, env);
  }
  await until(() => isLeading(url()));
  const target = answers() + 60;
  await Promise.race([until(async () => answers() >= target), trading]);
  for (const client of clients) client.stop();
  await trading;
  for (const client of clients) await assertKept(url(), client);
  ok(clients.some(({ canceled }) => canceled.size > 0));
  ok(clients.some(({ placed }) => [...placed.values()].some(({ fills }) => fills.length > 0)));

  const token = await plane.token(["operator"]);
  const run = await fetchJson(`${url()}/api/reconciliation/run`, { method: "POST", token, body: {} });
  const { verdict, mismatches } = run.body as { verdict: string; mismatches: unknown[] };
  deepEqual([verdict, mismatches], ["reconciled", []]);
  await backend[Symbol.asyncDispose]();
  ok((await assertReplay(database.database)) > ROUNDS * 60);
});
