import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import type { PolicyRule } from "./policy.ts";

/** The table as it stood from one change on. */
export interface PolicyVersion {
  readonly version: number;
  readonly rules: readonly PolicyRule[];
  /** The parameters of the action that made it. */
  readonly change: JsonObject;
  readonly approvalId: string;
  readonly madeAt: Instant;
  readonly reason: string;
}

interface VersionRow {
  readonly version: number;
  readonly rules: string;
  readonly change: string;
  readonly approval_id: string;
  readonly made_at: Date;
  readonly reason: string;
}

/** Newest first. */
export async function findPolicyVersions(database: Sql, limit: number): Promise<PolicyVersion[]> {
  const rows = await database.query<VersionRow>(sql`
    select * from policy_versions order by version desc limit ${limit}`);
  return rows.map((row) => ({
    version: row.version,
    rules: JSON.parse(row.rules) as PolicyRule[],
    change: JSON.parse(row.change) as JsonObject,
    approvalId: row.approval_id,
    madeAt: toInstant(row.made_at.getTime()),
    reason: row.reason,
  }));
}

export async function insertPolicyVersion(transaction: Sql, version: PolicyVersion): Promise<void> {
  await transaction.execute(sql`
    insert into policy_versions (version, rules, change, approval_id, made_at, reason)
    values (${version.version}, ${canonicalJson(version.rules as unknown as JsonObject[])},
      ${canonicalJson(version.change)}, ${version.approvalId}, ${new Date(version.madeAt)}, ${version.reason})`);
}

/** Changes of the table wait for each other. */
export async function lockPolicies(transaction: Sql): Promise<void> {
  await transaction.query(sql`select pg_advisory_xact_lock(hashtextextended('operations.policies', 0))`);
}
