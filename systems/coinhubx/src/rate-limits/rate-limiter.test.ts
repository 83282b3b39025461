import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { Secret } from "@assay/platform/config/secret";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import type { RateLimit } from "./rate-limit.ts";
import { createRateLimiter } from "./rate-limiter.ts";

const migrations = [join(import.meta.dirname, "../../migrations")];
const limit: RateLimit = { bucket: "test", limit: 5, windowMs: 60_000, blockMs: 0 };

test("twenty attempts at once pass exactly the limit, over two processes", async () => {
  await using database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  const limiters = [database.app, database.app].map((app) => createRateLimiter({ database: app, clock: systemClock }));
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) => limiters[index % 2]!.take(limit, "alice")),
  );
  equal(results.filter((result) => result.ok).length, 5);
  equal((await limiters[0]!.take(limit, "bob")).ok, true);
});

test("forgetting a key gives it its attempts back", async () => {
  await using database = await startTestDatabase({ migrations, role: "coinhubx_app" });
  const limiter = createRateLimiter({ database: database.app, clock: systemClock });
  for (let attempt = 0; attempt < 5; attempt += 1) await limiter.take(limit, "alice");
  deepEqual((await limiter.take(limit, "alice")).ok, false);
  await limiter.forget(limit, "alice");
  equal((await limiter.take(limit, "alice")).ok, true);
});

test("a database that is down refuses every attempt: the limits never fail open", async () => {
  await using nowhere = openDatabase({ url: new Secret("postgres://x@127.0.0.1:1/x"), applicationName: "test" });
  const limiter = createRateLimiter({ database: nowhere, clock: systemClock });
  await rejects(limiter.take(limit, "alice"), { code: "DATABASE_UNAVAILABLE" });
});
