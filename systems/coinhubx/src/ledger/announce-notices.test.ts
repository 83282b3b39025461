import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { announceNotices, LEDGER_CHANNEL } from "./announce-notices.ts";
import { createLedger } from "./ledger.ts";
import { MIGRATIONS, transfer } from "./ledger-test-kit.ts";
import { relayOutbox } from "./outbox-relay.ts";

test("L12: whoever listens hears of each commit of the ledger, in order", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  await using ledger = createLedger({ database: database.app, clock: systemClock });
  const heard: unknown[] = [];
  const both = Promise.withResolvers<void>();
  await using _listener = await database.app.listen(LEDGER_CHANNEL, (line) => {
    heard.push(JSON.parse(line).payload.last_sequence);
    if (heard.length === 2) both.resolve();
  });
  await ledger.post([transfer("row:1")]);
  await ledger.post([transfer("row:2")]);
  const deliver = announceNotices(database.app);
  equal(await relayOutbox({ database: database.app, deliver, now: systemClock.now() }), 2);
  await both.promise;
  deepEqual(heard, [1, 2]);
});

test("a notice too long for the channel goes out without its payload", async () => {
  await using database = await startTestDatabase();
  const heard = Promise.withResolvers<string>();
  await using _listener = await database.database.listen(LEDGER_CHANNEL, heard.resolve);
  await announceNotices(database.database)([{ id: 7, topic: "sample", payload: { text: "é".repeat(5_000) } }]);
  deepEqual(JSON.parse(await heard.promise), { id: 7, topic: "sample" });
});
