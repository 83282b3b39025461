import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, toInstant } from "@assay/primitives/instant";
import type { z } from "zod";
import type { flagSchema } from "../schema/feature-flags.ts";

interface FlagRow {
  readonly name: string;
  readonly enabled: boolean;
  readonly updated_by: string;
  readonly updated_at: Date;
  readonly reason: string;
}

/** The switches as they are in the database, with who set them last. */
export async function readFlagViews(database: Sql): Promise<z.input<typeof flagSchema>[]> {
  const rows = await database.query<FlagRow>(sql`
    select name, enabled, updated_by, updated_at, reason from feature_flags order by name`);
  return rows.map(({ name, enabled, updated_by, updated_at, reason }) => ({
    flag_name: name,
    enabled,
    updated_by,
    updated_at: formatInstant(toInstant(updated_at.getTime())),
    reason,
  }));
}
