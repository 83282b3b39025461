import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { systemRandom } from "@assay/platform/random/random";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { Failure } from "@assay/primitives/failure";
import { addMs, DAY_MS, toInstant } from "@assay/primitives/instant";
import { describeErrorEvent } from "./error-event.ts";
import {
  deleteOldErrorEvents,
  groupErrorEvents,
  insertErrorEvents,
  listErrorEvents,
  summariseErrorEvents,
} from "./error-event-store.ts";
import { createErrorRecorder } from "./error-recorder.ts";

const migrations = [join(import.meta.dirname, "../../migrations")];
const now = toInstant(1_800_000_000_000);
const describe = (error: unknown, eventId = "err_1") => describeErrorEvent({ error }, { eventId, now });

test("nothing that proves or names a person is stored", () => {
  const secrets =
    "alice@example.com Bearer abcdefgh12345678 chx_0011223344556677_aabbccddeeff chs_abcdefgh1234 postgres://u:pw@h/d";
  const event = describe(new Error(secrets));
  for (const secret of ["alice@", "abcdefgh", "aabbccdd", ":pw@"]) {
    equal(event.message.includes(secret), false, secret);
    equal(event.traceback.includes(secret), false, secret);
  }
  equal(describe(new Error("a line\u0000with\u001b[31mcontrol")).message.includes("\u001b"), false);
});

test("errors that differ in ids and numbers share a fingerprint, others do not", () => {
  const fail = (text: string) => describe(new Error(text)).fingerprint;
  equal(
    fail("order ord_01hzzzzzzzzzzzzzzzzzzzzzzz after 12 ms"),
    fail("order ord_01hyyyyyyyyyyyyyyyyyyyyyyy after 7 ms"),
  );
  notEqual(fail("order lost"), fail("trade lost"));
  equal(describe(new Failure("RPC_DOWN", { retryable: true })).errorType, "RPC_DOWN");
});

test("recorded errors are listed newest first, filtered, grouped and summarised", async () => {
  await using database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  {
    await using recorder = createErrorRecorder({ database: database.app, clock: systemClock, random: systemRandom });
    for (let index = 0; index < 3; index += 1)
      recorder.record({ error: new TypeError(`number ${index}`), endpoint: "GET /x" });
    recorder.record({
      error: new Error("blocked"),
      severity: "warning",
      tags: { type: "WITHDRAWAL" },
      userId: "cus_1",
    });
    await recorder.flush();
  }
  const events = await listErrorEvents(database.app, { limit: 10 });
  equal(events.length, 4);
  equal(
    events.every((event, index) => index === 0 || event.occurredAt <= events[index - 1]!.occurredAt),
    true,
  );
  const withdrawals = await listErrorEvents(database.app, { limit: 10, type: "WITHDRAWAL" });
  deepEqual(
    withdrawals.map(({ message, userId, tags }) => ({ message, userId, tags })),
    [{ message: "blocked", userId: "cus_1", tags: { type: "WITHDRAWAL" } }],
  );
  const groups = await groupErrorEvents(database.app, { limit: 10 });
  deepEqual(groups.map(({ count }) => count).sort(), [1, 3]);
  match(events[0]!.traceback, /error-events\.test/);
  const summary = await summariseErrorEvents(database.app, systemClock.now());
  deepEqual(summary, {
    totalErrors: 4,
    byType: { TypeError: 3, Error: 1 },
    bySeverity: { error: 3, warning: 1 },
    periodHours: 24,
  });
});

test("an event that the database will never take keeps out none of the others", async () => {
  await using database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  await using recorder = createErrorRecorder({ database: database.app, clock: systemClock, random: systemRandom });
  recorder.record({ error: new Error("first") });
  recorder.record({ error: new Error("poison"), context: { bytes: "a\u0000b" } });
  recorder.record({ error: new Error("last") });
  await recorder.flush();
  const messages = (await listErrorEvents(database.app, { limit: 10 })).map(({ message }) => message);
  deepEqual(messages.sort(), ["first", "last"]);
});

test("what is older than 30 days goes", async () => {
  await using database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  await insertErrorEvents(database.app, [describe(new Error("old"), "err_old")]);
  equal(await deleteOldErrorEvents(database.app, addMs(now, 29 * DAY_MS)), 0);
  equal(await deleteOldErrorEvents(database.app, addMs(now, 31 * DAY_MS)), 1);
});
