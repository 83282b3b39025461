import type { ProcessFault } from "@assay/operations/drills/drill-people";
import type { Supervisor } from "@assay/platform/supervisor/supervisor";
import { MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";

export const PROCESS_FAULTS = ["db.stop", "db.hang", "worker.stop", "backend.stop"] as const;
export type ProcessFaultName = (typeof PROCESS_FAULTS)[number];

/** Faults below the applications: each takes a process down, or freezes it, until somebody starts it again. */
export function processFaults(supervisor: Supervisor): Readonly<Record<ProcessFaultName, ProcessFault>> {
  const kill = (name: string) => async () => supervisor.kill([name], { hold: true });
  const freeze = (name: string) => async () => supervisor.freeze([name]);
  const database = {
    alert: "DATABASE_UNHEALTHY",
    detectWithinMs: 30 * SECOND_MS,
    recoverWithinMs: 2 * MINUTE_MS,
  };
  return {
    "db.stop": { ...database, inject: kill("coinhubx-postgres") },
    "db.hang": { ...database, inject: freeze("coinhubx-postgres") },
    "worker.stop": {
      alert: "WORKER_DOWN",
      detectWithinMs: 45 * SECOND_MS,
      recoverWithinMs: 3 * MINUTE_MS,
      inject: kill("coinhubx-worker"),
    },
    "backend.stop": {
      alert: "BACKEND_DOWN",
      detectWithinMs: 20 * SECOND_MS,
      recoverWithinMs: 2 * MINUTE_MS,
      inject: kill("coinhubx-backend"),
    },
  };
}
