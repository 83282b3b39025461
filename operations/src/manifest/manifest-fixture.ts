import type { Manifest } from "./manifest.ts";

/** For tests: a small system that is well described. */
export function manifestFixture(overrides: Partial<Manifest> = {}): Manifest {
  return {
    system: "shop",
    title: "Shop",
    version: "1.0.0",
    environment: "local",
    services: [{ name: "backend", url: "http://127.0.0.1:1" }],
    healthChecks: [],
    metrics: [],
    thresholds: [],
    alertRules: [],
    killSwitches: [],
    actions: [],
    runbooks: [],
    backups: [],
    checklists: [],
    reports: [],
    faults: [],
    panels: [],
    reads: [],
    ...overrides,
  };
}
