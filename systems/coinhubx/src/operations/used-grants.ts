import type { GrantClaims } from "@assay/platform/auth/access-token";
import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";

/** Notes in a commit of its own that a grant is used; false when it was before. What then fails does not give it back. */
export async function spendGrant(database: Sql, { jti, approvalId, action, exp }: GrantClaims): Promise<boolean> {
  const spent = await database.execute(sql`
    insert into used_grants (id, approval_id, action, used_at, expires_at)
    values (${jti}, ${approvalId}, ${action}, now(), to_timestamp(${exp})) on conflict (id) do nothing`);
  return spent === 1;
}
