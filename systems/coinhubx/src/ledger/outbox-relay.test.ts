import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { sql } from "@assay/platform/storage/sql";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { addMs, DAY_MS } from "@assay/primitives/instant";
import { createLedger } from "./ledger.ts";
import { MIGRATIONS, transfer } from "./ledger-test-kit.ts";
import { relayOutbox } from "./outbox-relay.ts";

test("L12: notices are handed on in order, again after a failure, and not after a success", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  await using ledger = createLedger({ database: database.app, clock: systemClock });
  for (let number = 1; number <= 3; number += 1) await ledger.post([transfer(`row:${number}`)]);
  const now = systemClock.now();
  const seen: unknown[] = [];
  const options = { database: database.app, now };
  const fail = () => Promise.reject(new Error("nobody listens"));
  await rejects(relayOutbox({ ...options, deliver: fail }), /nobody listens/);
  const deliver = async (notices: readonly { payload: object }[]) => {
    seen.push(...notices.map((notice) => notice.payload));
  };
  equal(await relayOutbox({ ...options, deliver }), 3);
  deepEqual(
    seen,
    [1, 2, 3].map((sequence) => ({ first_sequence: sequence, last_sequence: sequence })),
  );
  equal(await relayOutbox({ ...options, deliver }), 0);
});

test("L12: only one relay works at a time, and old notices go", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  await using ledger = createLedger({ database: database.app, clock: systemClock });
  await ledger.post([transfer("row:1")]);
  const now = systemClock.now();
  const options = { database: database.app, now };
  const deliver = async () => {
    equal(await relayOutbox({ ...options, deliver: async () => undefined }), 0);
  };
  equal(await relayOutbox({ ...options, deliver }), 1);
  await ledger.post([transfer("row:2")]);
  await relayOutbox({ ...options, deliver: async () => undefined, now: addMs(now, 8 * DAY_MS) });
  const rows = await database.app.query<{ id: string }>(sql`select id from outbox`);
  equal(rows.length, 1);
});
