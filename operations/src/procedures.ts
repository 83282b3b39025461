import type { Route } from "@assay/platform/http/route";
import { createActionDesk } from "./action-desk.ts";
import { drillRoutes } from "./api/drills/drill-routes.ts";
import { runRoutes } from "./api/runbooks/run-routes.ts";
import { runbookRoutes } from "./api/runbooks/runbook-routes.ts";
import { createDrillResults } from "./drills/drill-results.ts";
import type { Principal } from "./identity/principal.ts";
import { knownAction } from "./known-action.ts";
import { metricWindows } from "./metrics-history/metric-windows.ts";
import { createPrometheus } from "./promql/prometheus.ts";
import { createPromqlSource, type PromqlSource } from "./promql/promql-source.ts";
import { createRunbookView } from "./runbook-view.ts";
import type { RunbookSystem } from "./runbooks/run/ports.ts";
import { createRunbooks, type RunbooksOptions } from "./runbooks/runbooks.ts";
import type { Systems } from "./systems/systems.ts";
import type { Trust } from "./trust.ts";
import type { Watch } from "./watch.ts";

export interface ProceduresOptions
  extends Pick<RunbooksOptions, "database" | "clock" | "random" | "logger" | "events" | "programs" | "dataSource"> {
  readonly trust: Trust;
  readonly watch: Watch;
  readonly systems: Systems;
  /** Where queries are answered; without one the plane answers a part of them itself. */
  readonly prometheusUrl: string | undefined;
}

/** The part of the plane that acts by what is written down: runbooks, their runs, and what drills proved of them. */
export interface Procedures extends AsyncDisposable {
  readonly routes: readonly Route<Principal>[];
  start(): void;
}

export function createProcedures(options: ProceduresOptions): Procedures {
  const { trust, watch, systems, clock } = options;
  const { tokens } = trust.identity;
  const promql = promqlSource(options);
  const known = () => knownSystems(systems);
  const runbooks = createRunbooks({
    ...options,
    promql,
    audit: trust.audit,
    timeline: watch.incidents,
    systems: {
      list: async () => known(),
      get: async (system) => known().find(({ manifest }) => manifest.system === system),
    },
    desk: { ...createActionDesk(trust), known: knownAction(options.database) },
    tokens: { accessToken: (personId, audience) => tokens.access(personId, audience) },
    serviceToken: async (audience) => (await tokens.forPlane(audience)).token,
    view: createRunbookView({ ...watch, audit: trust.audit, systems, now: () => clock.now() }),
  });
  const results = createDrillResults({ ...options, audit: trust.audit });
  return {
    routes: [
      ...runbookRoutes({ ...runbooks, promql, drills: results }),
      ...runRoutes(runbooks),
      ...drillRoutes({ runbooks, results }),
    ],
    start: () => runbooks.start(),
    [Symbol.asyncDispose]: () => runbooks[Symbol.asyncDispose](),
  };
}

function knownSystems(systems: Systems): RunbookSystem[] {
  return systems.list().flatMap(({ manifest }) => {
    const url = systems.url(manifest.system);
    if (url === undefined) return [];
    const { system } = manifest;
    const takesTokens = systems.takesTokens(system);
    return [{ manifest, url, takesTokens, runbookFile: (path: string) => systems.runbookFile(system, path) }];
  });
}

function promqlSource({ systems, clock, prometheusUrl }: ProceduresOptions): PromqlSource {
  return createPromqlSource({
    prometheus: prometheusUrl === undefined ? undefined : createPrometheus(prometheusUrl),
    system: (name) => {
      const monitored = systems.find(name);
      return monitored && { series: monitored.series, windows: metricWindows(monitored.manifest.thresholds) };
    },
    now: () => clock.now(),
  });
}
