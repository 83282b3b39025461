import { equal, ok } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startLocalStack } from "@assay/cli/local-stack";
import { waitUntil } from "@assay/operations/drills/wait-until";
import { systemClock } from "@assay/platform/clock/clock";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { sql } from "@assay/platform/storage/sql";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { ExchangeCustomer, type PlacedOrder } from "../exchange-customer.ts";

const MAIN = fileURLToPath(import.meta.resolve("../../apps/assay/src/main.ts"));
/** Beside whatever else runs on this machine. */
const PORT_OFFSET = 6_660;
const ORDERS_BEFORE = 60;
const GONE_LIMIT_MS = 15_000;
const TAKE_OVER_LIMIT_MS = 10_000;
const RECONCILED_LIMIT_MS = 30_000;
const EXCHANGE = new Set(["coinhubx-postgres", "coinhubx-backend", "coinhubx-worker", "anvil"]);

test("kill −9 of `assay up` under load leaves no process behind, and the next start finds every acknowledged order", {
  skip: process.platform === "linux" ? false : "processes are looked up in /proc",
}, async () => {
  await using folder = await temporaryFolder();
  const { child, url } = await assayUp(folder.path);
  const customers = await Promise.all([
    ExchangeCustomer.register(url, { USDT: "5000" }),
    ExchangeCustomer.register(url, { ETH: "2" }),
  ]);
  ok(processesOf(folder.path).length > EXCHANGE.size, "its processes are recognised");
  const acknowledged = await tradeUntilKilled(child, customers);
  ok(acknowledged.flat().length >= ORDERS_BEFORE);
  await waitUntil({ clock: systemClock, what: "every process is gone", limitMs: GONE_LIMIT_MS }, async () =>
    processesOf(folder.path).length === 0 ? true : undefined,
  );

  const startedAt = new Date(systemClock.now());
  await using stack = await startLocalStack({
    stateDirectory: folder.path,
    portOffset: "free",
    select: ({ name }) => EXCHANGE.has(name),
    environment: { COINHUBX_RECONCILIATION_INTERVAL_S: "5" },
    ...(process.env.PATH === undefined ? {} : { path: process.env.PATH }),
  });
  for (const [index, customer] of customers.entries()) {
    const again = customer.movedTo(stack.urls["coinhubx-backend"]);
    for (const order of acknowledged[index]!) {
      const found = await again.order(order.order_id);
      ok(Number(found.filled) >= Number(order.filled), "an acknowledged fill is there");
    }
    // The engine's lease of the killed backend must run out first.
    await waitUntil({ clock: systemClock, what: "orders are taken again", limitMs: TAKE_OVER_LIMIT_MS }, () =>
      again.tryToPlace(index === 0 ? "buy" : "sell", "3000", "0.01"),
    );
  }
  await using database = openDatabase({ url: stack.databases.coinhubx, applicationName: "e2e" });
  const report = { clock: systemClock, what: "the books were compared", limitMs: RECONCILED_LIMIT_MS };
  const verdict = await waitUntil(report, async () => {
    const rows = await database.query<{ verdict: string }>(sql`
      select verdict from reconciliation_reports where started_at >= ${startedAt} order by started_at limit 1`);
    return rows[0]?.verdict;
  });
  equal(verdict, "reconciled");
});

/** The real command, as a person starts it. */
async function assayUp(home: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [MAIN, "up", "coinhubx", "--port-offset", String(PORT_OFFSET), "--json"], {
    env: { PATH: process.env.PATH ?? "", ASSAY_HOME: home },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [answer] = (await once(child.stdout!, "data")) as [Buffer];
  const { urls } = JSON.parse(answer.toString()) as { urls: Record<string, string> };
  return { child, url: urls["coinhubx-backend"]! };
}

/** Both send orders without a pause; the command is killed in the middle. What each was told is kept. */
async function tradeUntilKilled(
  child: ChildProcess,
  customers: readonly ExchangeCustomer[],
): Promise<readonly PlacedOrder[][]> {
  const acknowledged: PlacedOrder[][] = customers.map(() => []);
  const trade = async (customer: ExchangeCustomer, index: number) => {
    for (;;) {
      const order = await customer.tryToPlace(index === 0 ? "buy" : "sell", "3000", "0.01");
      if (order === undefined) return;
      acknowledged[index]!.push(order);
      if (acknowledged.flat().length === ORDERS_BEFORE) child.kill("SIGKILL");
    }
  };
  await Promise.all(customers.map(trade));
  ok(child.killed, "every order was acknowledged until the kill");
  return acknowledged;
}

/** Every process whose working folder or environment names the folder, whoever its parent is. */
function processesOf(folder: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && belongsTo(pid, folder));
}

function belongsTo(pid: number, folder: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) return true;
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder);
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return false;
  }
}
