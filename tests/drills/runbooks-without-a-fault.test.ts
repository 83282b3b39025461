import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { runDetailSchema, runSchema } from "@assay/operations/api/schema/runbooks";
import { createDrillPeople, type DrillPeople } from "@assay/operations/drills/drill-people";
import { waitUntil } from "@assay/operations/drills/wait-until";
import { systemClock } from "@assay/platform/clock/clock";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { sql } from "@assay/platform/storage/sql";
import { z } from "zod";
import { ExchangeCustomer } from "../exchange-customer.ts";
import { type RunningDrillStack, startDrillStack } from "./drill-stack.ts";
import { ExchangeOperator } from "./exchange-operator.ts";
import { OrderStream } from "./order-stream.ts";
import { startSecondShift } from "./second-shift.ts";
import { approve, confirm, finishRun, othersFirst, runRunbook, startRun } from "./two-people.ts";

const DISABLE_LIMIT_MS = 1_000;
const ORDERS_BEFORE = 40;
const REFUSALS_AFTER = 40;

// One stack for all: each runbook must leave behind what the next one needs.
test("runbooks that need no fault pass, one after the other, on an exchange that is open", async (t) => {
  await using stack = await startDrillStack();
  await using people = await createDrillPeople(stack.drill);
  await using secondShift = await startSecondShift(stack.drill.planeUrl, people);
  const buyer = await ExchangeCustomer.register(stack.exchangeUrl, { USDT: "5000" });
  const seller = await ExchangeCustomer.register(stack.exchangeUrl, { ETH: "5" });
  await untilKnown(people);
  let backup = "";
  let kept = "";

  await t.test("health-checks", async () => {
    equal(await runRunbook(people, { runbook: "health-checks" }), "passed");
  });
  await t.test("C7: once disable-trading is answered no order commits, and canceling works", async () => {
    await disableTradingUnderLoad({ stack, people, buyer, seller });
  });
  await t.test("kill-switch-engaged: two people let customers trade again", async () => {
    deepEqual(await buyer.attempt("buy", "3000", "0.1"), { status: 503, code: "TRADING_DISABLED" });
    equal(await runRunbook(people, { runbook: "kill-switch-engaged" }), "passed");
    await trade({ buyer, seller });
  });
  await t.test("service-restart loses no order", async () => {
    const resting = await seller.place("sell", "3200", "0.1");
    equal(await runRunbook(people, { runbook: "service-restart" }), "passed");
    equal((await seller.order(resting.order_id)).status, "new");
    equal((await seller.cancel(resting.order_id)).status, "canceled");
  });
  await t.test("jobs-backlog asks the plane's own samples, and the queue drains", async () => {
    equal(await runRunbook(people, { runbook: "jobs-backlog" }), "passed");
  });
  await t.test("backup-create makes a copy that was restored and compared", async () => {
    kept = (await seller.place("sell", "3200", "0.1")).order_id;
    equal(await runRunbook(people, { runbook: "backup-create" }), "passed");
    backup = await newestBackup(new ExchangeOperator(stack.exchangeUrl, people.first));
  });
  await t.test("disable-withdrawals, and two people enable them through the exchange's own door", async () => {
    const others = othersFirst(people);
    equal(await runRunbook(others, { runbook: "disable-withdrawals" }), "passed");
    const operator = new ExchangeOperator(stack.exchangeUrl, others.first);
    equal(await operator.isEnabled("withdrawals"), false);
    await enableThroughExchange(operator, others);
    equal(await operator.isEnabled("withdrawals"), true);
  });
  await t.test("backup-restore puts a verified copy in place, and four switches are opened by two", async () => {
    equal(await runRunbook(secondShift, { runbook: "backup-restore", params: { backup } }), "passed");
    equal((await seller.order(kept)).status, "new", "what was copied is there");
  });
  await t.test("afterwards customers trade, and the books agree", async () => {
    await trade({ buyer, seller });
    equal(await new ExchangeOperator(stack.exchangeUrl, people.first).reconcile(), "reconciled");
  });
});

interface Scene {
  readonly stack: RunningDrillStack;
  readonly people: DrillPeople;
  readonly buyer: ExchangeCustomer;
  readonly seller: ExchangeCustomer;
}

async function disableTradingUnderLoad({ stack, people, buyer, seller }: Scene): Promise<void> {
  await using database = openDatabase({ url: stack.databases.coinhubx, applicationName: "drill" });
  const committed = async () =>
    (
      await database.query(sql`
    select (select count(*) from orders)::int as orders, (select count(*) from trades)::int as trades`)
    )[0];
  const resting = await seller.place("sell", "3200", "0.1");
  await using stream = new OrderStream(buyer, seller);
  const isAccepted = ({ status }: { status: number }) => status < 300;
  await stream.until(ORDERS_BEFORE, isAccepted);

  const runId = await startRun(people, { runbook: "disable-trading", params: { reason: "a drill" } });
  await untilWaiting(people, runId);
  const body = { totp: await people.first.code() };
  const askedAtMs = systemClock.monotonicMs();
  const path = `/api/runs/${runId}/steps/disable-trading/sign`;
  await people.first.call({ method: "POST", path, body }, runSchema);
  const answeredAtMs = systemClock.monotonicMs();
  const atAnswer = await committed();
  ok(answeredAtMs - askedAtMs <= DISABLE_LIMIT_MS, `answered after ${Math.round(answeredAtMs - askedAtMs)} ms`);

  await stream.until(REFUSALS_AFTER, ({ sentAtMs }) => sentAtMs >= answeredAtMs);
  const after = stream.answered.filter(({ sentAtMs }) => sentAtMs >= answeredAtMs);
  deepEqual(new Set(after.map(({ status, code }) => `${status} ${code}`)), new Set(["503 TRADING_DISABLED"]));
  deepEqual(await committed(), atAnswer, "nothing committed after the answer");
  equal((await seller.cancel(resting.order_id)).status, "canceled");
  equal((await finishRun(people, runId)).run.verdict, "passed");
}

async function untilWaiting({ first }: DrillPeople, runId: string): Promise<void> {
  await waitUntil({ clock: systemClock, what: "the run waits for a person", limitMs: 30_000 }, async () => {
    const { run } = await first.call({ path: `/api/runs/${runId}` }, runDetailSchema);
    return run.state === "waiting_for_person" ? run : undefined;
  });
}

/** The plane has read the exchange's manifest, so its runbooks can be run. */
async function untilKnown({ first }: DrillPeople): Promise<void> {
  await waitUntil({ clock: systemClock, what: "the plane knows coinhubx", limitMs: 60_000 }, async () => {
    const { runbooks } = await first.call({ path: "/api/runbooks" }, z.object({ runbooks: z.array(z.unknown()) }));
    return runbooks.length > 0 ? runbooks : undefined;
  });
}

/** The asks lie above what others may have left in the book, and the bid takes the cheapest first. */
async function trade({ buyer, seller }: Pick<Scene, "buyer" | "seller">): Promise<void> {
  await seller.place("sell", "3050", "0.1");
  equal((await buyer.place("buy", "3050", "0.1")).status, "filled");
}

async function newestBackup(operator: ExchangeOperator): Promise<string> {
  const { body } = await operator.get("/api/backups");
  return z.object({ backups: z.array(z.object({ name: z.string() })).min(1) }).parse(body).backups[0]!.name;
}

async function enableThroughExchange(operator: ExchangeOperator, people: DrillPeople): Promise<void> {
  const asked = await operator.post("/api/feature-flags/withdrawals/enable");
  equal(asked.status, 202);
  const { approval_id } = z.object({ approval_id: z.string() }).parse(asked.body);
  await confirm(people.first, approval_id);
  equal((await approve(people.second, approval_id)).state, "executed");
}
