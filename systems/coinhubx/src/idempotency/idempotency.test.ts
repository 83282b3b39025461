import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { createIdempotency, type KeyedCall } from "./idempotency.ts";

const migrations = [join(import.meta.dirname, "../../migrations")];
const call: KeyedCall = {
  actor: "cus_a",
  key: "0123456789abcdef",
  route: "POST /api/faucet",
  body: { asset: "ETH", amount: "1" },
};

async function startIdempotency() {
  const database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  const idempotency = createIdempotency({ database: database.app, clock: systemClock });
  let runs = 0;
  const work = async () => {
    runs += 1;
    return { status: 201, body: { run: runs } };
  };
  return { database, idempotency, work, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

test("L5: the same key and body give the first answer again and do nothing twice", async () => {
  await using started = await startIdempotency();
  const { idempotency, work } = started;
  deepEqual(await idempotency.run(call, work), { ok: true, value: { status: 201, body: { run: 1 }, isReplay: false } });
  deepEqual(await idempotency.run(call, work), { ok: true, value: { status: 201, body: { run: 1 }, isReplay: true } });
  const reordered = { ...call, body: { amount: "1", asset: "ETH" } };
  equal((await idempotency.run(reordered, work)).ok, true);
});

test("L5: another body under the same key is refused and the field is named", async () => {
  await using started = await startIdempotency();
  const { idempotency, work } = started;
  await idempotency.run(call, work);
  deepEqual(await idempotency.run({ ...call, body: { asset: "ETH", amount: "2" } }, work), {
    ok: false,
    refusal: { code: "IDEMPOTENCY_KEY_REUSED", field: "amount" },
  });
  deepEqual(await idempotency.run({ ...call, route: "POST /api/orders" }, work), {
    ok: false,
    refusal: { code: "IDEMPOTENCY_KEY_REUSED", field: "route" },
  });
  const other = await idempotency.run({ ...call, actor: "cus_b", body: {} }, work);
  equal(other.ok && other.value.isReplay, false);
});

test("of two calls at once one runs and the other is told that it is in flight", async () => {
  await using started = await startIdempotency();
  const { idempotency } = started;
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const { promise: hasBegun, resolve: tellBegun } = Promise.withResolvers<void>();
  const first = idempotency.run(call, async () => {
    tellBegun();
    await mayEnd;
    return { status: 201, body: {} };
  });
  await hasBegun;
  const second = await idempotency.run(call, async () => ({ status: 201, body: {} }));
  deepEqual(second, { ok: false, refusal: { code: "IDEMPOTENCY_KEY_IN_FLIGHT" } });
  end();
  equal((await first).ok, true);
});

test("an answer that decided nothing is not kept, nor is an error", async () => {
  await using started = await startIdempotency();
  const { idempotency, work } = started;
  await idempotency.run(call, async () => ({ status: 503, body: {} }));
  await rejects(
    idempotency.run(call, () => Promise.reject(new Error("lost"))),
    /lost/,
  );
  const run = await idempotency.run(call, work);
  equal(run.ok && run.value.isReplay, false);
});

test("a first call that died is taken over after a minute, but not with another body", async () => {
  await using started = await startIdempotency();
  const { idempotency, work, database } = started;
  void idempotency.run(call, () => new Promise(() => undefined));
  const claimed = async () => (await database.app.query(sql`select from idempotency_keys`)).length === 1;
  while (!(await claimed())) await systemClock.sleep(2);
  await database.app.execute(sql`update idempotency_keys set started_at = started_at - interval '2 minutes'`);
  equal((await idempotency.run({ ...call, body: { amount: "9" } }, work)).ok, false);
  equal((await idempotency.run(call, work)).ok, true);
});
