import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { EscalationPolicy, EscalationStep } from "../api/schema/on-call.ts";
import type { Severity } from "../thresholds/threshold.ts";

export const DEFAULT_POLICY = "default";

interface PolicyRow {
  id: string;
  title: string;
  systems: string[];
  severities: Severity[];
  steps: EscalationStep[];
  remind_after_ms: number | null;
  repeat_after_ms: number;
  version: number;
}

export async function listPolicies(database: Sql): Promise<EscalationPolicy[]> {
  const rows = await database.query<PolicyRow>(sql`
    select id, title, systems, severities, steps, remind_after_ms, repeat_after_ms, version
    from escalation_policies order by id`);
  return rows.map(({ remind_after_ms, repeat_after_ms, ...row }) => ({
    ...row,
    remindAfterMs: remind_after_ms,
    repeatAfterMs: repeat_after_ms,
  }));
}

/** Writes it when the stored version is the one before; false when somebody else was faster. */
export async function savePolicy(tx: Sql, policy: EscalationPolicy, now: Instant): Promise<boolean> {
  const { id, title, systems, severities, steps, remindAfterMs, repeatAfterMs, version } = policy;
  const changed = await tx.execute(sql`
    insert into escalation_policies
      (id, title, systems, severities, steps, remind_after_ms, repeat_after_ms, version, changed_at)
    values (${id}, ${title}, ${systems}, ${severities}, ${JSON.stringify(steps)}, ${remindAfterMs}, ${repeatAfterMs},
      ${version}, ${formatInstant(now)})
    on conflict (id) do update set title = excluded.title, systems = excluded.systems,
      severities = excluded.severities, steps = excluded.steps, remind_after_ms = excluded.remind_after_ms,
      repeat_after_ms = excluded.repeat_after_ms, version = excluded.version, changed_at = excluded.changed_at
    where escalation_policies.version = ${version - 1}`);
  return changed === 1;
}

export async function deletePolicy(tx: Sql, id: string): Promise<boolean> {
  return (await tx.execute(sql`delete from escalation_policies where id = ${id}`)) === 1;
}

/** The policy by id; else the most particular one for the system and severity; else the default one. */
export function choosePolicy(
  policies: readonly EscalationPolicy[],
  wanted: { readonly policy?: string | undefined; readonly system: string | null; readonly severity: Severity },
): EscalationPolicy {
  const named = policies.find(({ id }) => id === wanted.policy);
  if (named !== undefined) return named;
  const fitting = policies
    .filter(({ systems, severities }) => systems.length + severities.length > 0)
    .filter(({ systems }) => systems.length === 0 || (wanted.system !== null && systems.includes(wanted.system)))
    .filter(({ severities }) => severities.length === 0 || severities.includes(wanted.severity))
    .sort((left, right) => particularity(right) - particularity(left) || (left.id < right.id ? -1 : 1));
  return fitting[0] ?? policies.find(({ id }) => id === DEFAULT_POLICY) ?? EMERGENCY_POLICY;
}

// A system says more than a severity.
function particularity({ systems, severities }: EscalationPolicy): number {
  return (systems.length > 0 ? 2 : 0) + (severities.length > 0 ? 1 : 0);
}

/** When even the default policy is gone, everyone is told: somebody must hear it. */
const EMERGENCY_POLICY: EscalationPolicy = {
  id: DEFAULT_POLICY,
  title: "Everyone",
  systems: [],
  severities: [],
  steps: [{ title: "Everyone", afterMs: 0, targets: [{ kind: "everyone" }] }],
  remindAfterMs: 300_000,
  repeatAfterMs: 900_000,
  version: 0,
};
