import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { fetchJson } from "@assay/platform/http/http-client";
import { silentLogger } from "@assay/platform/logging/logger";
import { sql } from "@assay/platform/storage/sql";
import { MovedClock } from "@assay/platform/testing/moved-clock";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { startTestHttpServer } from "@assay/platform/testing/test-http-server";
import { MINUTE_MS } from "@assay/primitives/instant";
import { accept } from "@assay/primitives/result";
import { until } from "../../../test/until.ts";
import { MIGRATIONS } from "../../ledger/ledger-test-kit.ts";
import { createReconciliation } from "../../reconciliation/reconciliation.ts";
import type { Principal } from "../principal.ts";
import { reconciliationRoutes } from "./reconciliation-routes.ts";

const olivia: Principal = { kind: "operator", sub: "per_1", name: "Olivia", roles: ["operator"], token: "" };

test("after a minute the caller is told where the report will be, and there it is when the run has ended", async () => {
  await using database = await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app" });
  const clock = new MovedClock();
  const reconciliation = createReconciliation({ database: database.app, clock: systemClock, logger: silentLogger });
  const routes = reconciliationRoutes({ reconciliation, clock, logger: silentLogger });
  await using server = await startTestHttpServer<Principal>(routes, { authenticate: async () => accept(olivia) });
  const run = () => fetchJson(`${server.url}/api/reconciliation/run`, { method: "POST", body: {} });
  const first = await run();
  equal(first.status, 200);

  const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  // What the run compares is locked by somebody, so that it cannot end.
  const holder = database.database.transaction(async (transaction) => {
    await transaction.execute(sql`lock table ledger_accounts in access exclusive mode`);
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const asked = run();
  await until(async () => clock.sleeping === 1);
  const begun = sql`select from reconciliation_reports_number_seq where last_value = 2`;
  await until(async () => (await database.database.query(begun)).length === 1);
  await clock.advance(MINUTE_MS);
  const answered = await asked;
  deepEqual([answered.status, answered.body], [202, { success: true, report_id: "rec_2", status: "running" }]);
  const report = () => fetchJson(`${server.url}/api/reconciliation/reports/rec_2`);
  equal((await report()).status, 404);
  release.resolve();
  await holder;
  await until(async () => (await report()).status === 200);
  match(JSON.stringify((await report()).body), /"verdict":"reconciled"/);
});
