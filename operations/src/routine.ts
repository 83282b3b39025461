import type { Clock } from "@assay/platform/clock/clock";
import type { Route } from "@assay/platform/http/route";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { backupRoutes } from "./api/backups/backup-routes.ts";
import { checklistRoutes } from "./api/checklists/checklist-routes.ts";
import { reportRoutes } from "./api/reports/report-routes.ts";
import { Backups } from "./backups/backups.ts";
import { Checklists, type DeclaredChecklist } from "./checklists/checklists.ts";
import type { Events } from "./events/events.ts";
import type { Principal } from "./identity/principal.ts";
import { PLANE_CHECKLISTS } from "./plane-checklists.ts";
import { Reports } from "./reports/reports.ts";
import { repeat } from "./systems/repeat.ts";
import type { Systems } from "./systems/systems.ts";
import type { Trust } from "./trust.ts";
import { actionCatalogue, type Watch } from "./watch.ts";

export interface RoutineOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: Events;
  readonly systems: Systems;
  readonly trust: Pick<Trust, "audit" | "identity">;
  readonly watch: Pick<Watch, "evaluation" | "charts" | "alerts">;
}

/** What is done again and again: checklists, reports and backups, by the clock. */
export interface Routine extends AsyncDisposable {
  readonly routes: readonly Route<Principal>[];
  start(): void;
}

const CHECKLISTS_EVERY_MS = 15 * SECOND_MS;

export function createRoutine(options: RoutineOptions): Routine {
  const { systems, trust, watch, clock, logger } = options;
  const { tokens } = trust.identity;
  const token = async (system: string) => (await tokens.forPlane(system)).token;
  const parts = { ...options, ...watch, audit: trust.audit, token };
  const backups = new Backups({ ...parts, catalogue: actionCatalogue(systems) });
  const reports = new Reports({ ...parts, url: (system) => systems.url(system) });
  const declared = (): DeclaredChecklist[] => [
    ...PLANE_CHECKLISTS.map((checklist) => ({ system: "operations", checklist })),
    ...systems
      .list()
      .flatMap(({ manifest }) =>
        manifest.checklists
          .filter(({ items }) => items.length > 0)
          .map((checklist) => ({ system: manifest.system, checklist })),
      ),
  ];
  const checklists = new Checklists({
    ...parts,
    declared,
    checks: { ...parts, backup: (system, name, what) => backups.lastTime(system, name, what) },
    alerts: {
      raise: (alert) => watch.alerts.raise(alert),
      settle: (alert, why) => watch.alerts.settle(alert, why),
      find: (system, name) => declared().find((one) => one.system === system && one.checklist.name === name)?.checklist,
    },
  });
  const stop = new AbortController();
  const loops: Promise<void>[] = [];
  const every = (everyMs: number, what: string, work: () => Promise<void>) => {
    const guarded = () => work().catch((error: unknown) => logger.error({ error }, `The ${what} stand still`));
    loops.push(repeat(guarded, { clock, everyMs, signal: stop.signal }));
  };
  return {
    routes: [
      ...checklistRoutes({ checklists, clock }),
      ...reportRoutes(reports),
      ...backupRoutes({ backups, personToken: (personId, system) => tokens.access(personId, system) }),
    ],
    start: () => {
      const settled = backups.settleAbandoned();
      every(CHECKLISTS_EVERY_MS, "checklists", () => checklists.advance());
      every(MINUTE_MS, "backups", () => settled.then(() => backups.advance()));
      every(MINUTE_MS, "reports", () => reports.advance());
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await backups[Symbol.asyncDispose]();
      await Promise.all(loops);
    },
  };
}
