import { deepEqual } from "node:assert/strict";
import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { migrate } from "@assay/platform/storage/migrate";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { sql } from "@assay/platform/storage/sql";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { startTestDatabase } from "@assay/platform/testing/test-database";
import { toInstant } from "@assay/primitives/instant";
import { OPERATIONS_MIGRATIONS } from "../audit/audit-fixture.ts";
import { onCallAt } from "./schedule.ts";
import { listSchedules } from "./schedule-store.ts";

test("the list of who is called first becomes a weekly rotation of the same people, in their order", async () => {
  await using database = await startTestDatabase();
  await using folder = await temporaryFolder();
  await using owner = openDatabase({ url: database.url, applicationName: "test", maxConnections: 2 });
  for (const name of await readdir(OPERATIONS_MIGRATIONS))
    if (name < "026") await cp(join(OPERATIONS_MIGRATIONS, name), join(folder.path, name));
  await migrate(owner, [folder.path]);
  await owner.execute(sql`insert into on_call (position, person_id) values (0, 'per_bo'), (1, 'per_ada')`);
  await cp(join(OPERATIONS_MIGRATIONS, "026-on-call.sql"), join(folder.path, "026-on-call.sql"));
  await migrate(owner, [folder.path]);
  const [schedule] = await listSchedules(owner);
  deepEqual([schedule?.id, schedule?.layers[0]?.people], ["primary", ["per_bo", "per_ada"]]);
  const who = (at: string) => onCallAt({ schedule: schedule!, overrides: [] }, toInstant(Date.parse(at))).person;
  deepEqual([who("2026-01-05T09:00:00Z"), who("2026-01-12T09:00:00Z")], ["per_bo", "per_ada"]);
});
