import type { Logger } from "@assay/platform/logging/logger";
import type { Database, Sql } from "@assay/platform/storage/database";
import { Failure } from "@assay/primitives/failure";
import type { AuditLog } from "../audit/audit.ts";
import { PLANE_ACTOR } from "../incidents/incident.ts";
import type { Alert } from "./alert.ts";
import { type AlertEffectsOptions, type Applied, applyRound } from "./alert-effects.ts";
import type { MessageContext } from "./alert-message.ts";
import type { AlertStep } from "./alert-round.ts";
import type { ToldRound } from "./grouping.ts";

/** What a person does, written with the round. */
export type Also = ((tx: Sql) => Promise<void>) | undefined;

export interface WriteContext extends AlertEffectsOptions, MessageContext {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly logger: Logger;
  /** Alerts as they were before the round. */
  readonly current: readonly Alert[];
  readonly also: Also;
}

/** Writes a round in one transaction. @throws Failure when it could not be written; then nothing of it happened. */
export async function writeRound(round: ToldRound, context: WriteContext): Promise<Applied> {
  try {
    return await writeOnce(round, context, true);
  } catch (error) {
    // People must be woken even when the audit log is the thing that is broken; what a person does may wait for it.
    const isTrail = !(error instanceof Failure) || error.code === "AUDIT_UNAVAILABLE";
    if (!isTrail || context.also !== undefined) throw error;
    context.logger.error({ error }, "Alerts are written without their audit entries");
    return await writeOnce(round, context, false);
  }
}

function writeOnce(round: ToldRound, context: WriteContext, isAudited: boolean): Promise<Applied> {
  const { database, audit, incidents, current, also } = context;
  return database.transaction(async (tx) => {
    const applied = await applyRound(tx, round, context);
    const entries = [...applied.audit];
    for (const incidentId of healedIncidents(applied.steps, current)) {
      const note = "all its alerts are resolved";
      const moved = await incidents.move(tx, incidentId, { to: "mitigated", actor: PLANE_ACTOR, note });
      if (moved.ok) entries.push(...moved.value.audit);
    }
    if (isAudited) for (const entry of entries) await audit.append(tx, entry);
    await also?.(tx);
    return applied;
  });
}

/** Incidents whose last alert resolves with these changes. */
function healedIncidents(steps: readonly AlertStep[], current: readonly Alert[]): Set<string> {
  const changed = new Map(steps.flatMap(({ after }) => (after === undefined ? [] : [[after.id, after] as const])));
  const ill = new Set(
    [...current.filter(({ id }) => !changed.has(id)), ...changed.values()]
      .filter(({ state }) => state === "firing")
      .map(({ incidentId }) => incidentId),
  );
  const resolved = steps.flatMap(({ before, after }) =>
    after?.state === "resolved" && before?.state !== "resolved" ? [after] : [],
  );
  return new Set(
    resolved.flatMap(({ incidentId }) => (incidentId === null || ill.has(incidentId) ? [] : [incidentId])),
  );
}
