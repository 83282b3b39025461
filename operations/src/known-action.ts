import type { Database } from "@assay/platform/storage/database";
import { findRunByKey } from "./actions/action-run-store.ts";
import type { ActionDesk } from "./runbooks/run/ports.ts";

/** What the record of actions says of one that a runbook's step asked for before the plane restarted. */
export function knownAction(database: Database): ActionDesk["known"] {
  return async (key) => {
    const run = await findRunByKey(database, key);
    if (run === undefined) return undefined;
    if (run.state === "running" || run.outcome?.code === "OUTCOME_UNKNOWN") return "unknown";
    const { state, outcome } = run;
    return { state, answer: outcome?.answer ?? null, reason: state === "executed" ? null : (outcome?.code ?? null) };
  };
}
