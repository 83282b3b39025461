import type { Sql } from "@assay/platform/storage/database";
import { fragment, sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { Role } from "../manifest/manifest.ts";
import type { Constraints } from "./param-constraints.ts";

/** What several people agreed to beforehand, for a runbook that one person then runs. */
export interface StandingApproval {
  readonly id: string;
  readonly approvalId: string;
  readonly digest: string;
  readonly system: string;
  readonly action: string;
  readonly environment: string;
  readonly runbook: { readonly id: string; readonly sha256: string };
  readonly constraints: Constraints;
  /** SHA-256 of the action's description when it was made: a changed action ends it. */
  readonly description: string;
  readonly people: number;
  readonly roles: readonly Role[];
  readonly reason: string;
  readonly madeAt: Instant;
  readonly endsAt: Instant;
  readonly usesAllowed: number;
  readonly uses: number;
  readonly revoked: { readonly at: Instant; readonly by: string; readonly reason: string } | null;
}

interface StandingRow {
  readonly id: string;
  readonly approval_id: string;
  readonly digest: string;
  readonly system: string;
  readonly action: string;
  readonly environment: string;
  readonly runbook_id: string;
  readonly runbook_sha256: string;
  readonly constraints: string;
  readonly description: string;
  readonly people: number;
  readonly roles: Role[];
  readonly reason: string;
  readonly made_at: Date;
  readonly ends_at: Date;
  readonly uses_allowed: number;
  readonly uses: number;
  readonly revoked_at: Date | null;
  readonly revoked_by: string | null;
  readonly revoke_reason: string | null;
}

export async function insertStanding(transaction: Sql, standing: StandingApproval): Promise<void> {
  const { runbook } = standing;
  await transaction.execute(sql`
    insert into standing_approvals (id, approval_id, digest, system, action, environment, runbook_id, runbook_sha256,
      constraints, description, people, roles, reason, made_at, ends_at, uses_allowed)
    values (${standing.id}, ${standing.approvalId}, ${standing.digest}, ${standing.system}, ${standing.action},
      ${standing.environment}, ${runbook.id}, ${runbook.sha256}, ${canonicalJson(standing.constraints)},
      ${standing.description}, ${standing.people}, ${standing.roles}, ${standing.reason},
      ${new Date(standing.madeAt)}, ${new Date(standing.endsAt)}, ${standing.usesAllowed})`);
}

export interface StandingFilter {
  readonly id?: string;
  readonly action?: string;
  /** Only those that may still be used then. */
  readonly inForceAt?: Instant;
  readonly limit?: number;
}

/** The one that ends last first. */
export async function findStanding(database: Sql, filter: StandingFilter): Promise<StandingApproval[]> {
  const { id, action, inForceAt, limit = 200 } = filter;
  const named = id === undefined ? fragment`true` : fragment`id = ${id}`;
  const about = action === undefined ? fragment`true` : fragment`action = ${action}`;
  const inForce =
    inForceAt === undefined
      ? fragment`true`
      : fragment`revoked_at is null and uses < uses_allowed and ends_at > ${new Date(inForceAt)}`;
  const rows = await database.query<StandingRow>(sql`
    select * from standing_approvals where ${named} and ${about} and ${inForce}
    order by ends_at desc, id desc limit ${limit}`);
  return rows.map(toStanding);
}

/** Two uses at the same moment wait for each other, so that the last one is used once. */
export async function lockStanding(transaction: Sql, id: string): Promise<StandingApproval | undefined> {
  const rows = await transaction.query<StandingRow>(sql`select * from standing_approvals where id = ${id} for update`);
  return rows.map(toStanding)[0];
}

export async function recordUse(
  transaction: Sql,
  use: { readonly standingId: string; readonly runId: string; readonly at: Instant },
): Promise<void> {
  await transaction.execute(sql`update standing_approvals set uses = uses + 1 where id = ${use.standingId}`);
  await transaction.execute(sql`
    insert into standing_uses (standing_id, run_id, used_at) values (${use.standingId}, ${use.runId}, ${new Date(use.at)})`);
}

export async function writeRevocation(
  transaction: Sql,
  id: string,
  revoked: NonNullable<StandingApproval["revoked"]>,
): Promise<void> {
  await transaction.execute(sql`
    update standing_approvals set revoked_at = ${new Date(revoked.at)}, revoked_by = ${revoked.by},
      revoke_reason = ${revoked.reason}
    where id = ${id}`);
}

function toStanding(row: StandingRow): StandingApproval {
  const { revoked_at, revoked_by, revoke_reason } = row;
  return {
    id: row.id,
    approvalId: row.approval_id,
    digest: row.digest,
    system: row.system,
    action: row.action,
    environment: row.environment,
    runbook: { id: row.runbook_id, sha256: row.runbook_sha256 },
    constraints: JSON.parse(row.constraints) as Constraints,
    description: row.description,
    people: row.people,
    roles: row.roles,
    reason: row.reason,
    madeAt: toInstant(row.made_at.getTime()),
    endsAt: toInstant(row.ends_at.getTime()),
    usesAllowed: row.uses_allowed,
    uses: row.uses,
    revoked:
      revoked_at === null
        ? null
        : { at: toInstant(revoked_at.getTime()), by: revoked_by ?? "", reason: revoke_reason ?? "" },
  };
}
