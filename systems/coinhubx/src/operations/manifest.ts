import { type Manifest, type ManifestDeclaration, manifestSchema } from "@assay/operations/manifest/manifest";
import type { Mode } from "@assay/platform/config/setting";
import { MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import type { Action } from "./action.ts";
import { ALERT_RULES } from "./alert-rules.ts";
import { CHECKLISTS } from "./checklists.ts";
import { customerComponents } from "./components.ts";
import type { Fault } from "./fault.ts";
import { PANELS, READS } from "./panels.ts";
import { REPORTS } from "./reports.ts";
import type { RunbookFile } from "./runbook-files.ts";
import { CHECKS, THRESHOLDS } from "./thresholds.ts";

export interface ManifestOptions {
  readonly version: string;
  readonly environment: Mode;
  /** `frontend` only where this deployment has one. */
  readonly urls: { readonly backend: string; readonly worker: string; readonly frontend: string | undefined };
  readonly actions: readonly Action[];
  readonly runbooks: readonly RunbookFile[];
  /** Empty unless faults are enabled. */
  readonly faults: readonly Fault[];
}

/** The worker makes one each night; the plane sees to it that there is one and that it was verified (coinhubx.md §2). */
const DATABASE_BACKUP: NonNullable<ManifestDeclaration["backups"]>[number] = {
  name: "database",
  title: "The exchange's database",
  listPath: "/api/backups",
  keep: 7,
  createAction: "coinhubx.backup.create",
  verifyAction: "coinhubx.backup.verify",
  restoreDrillAction: "coinhubx.backup.drill",
  runbook: "backup-stale",
  every: "0 1 * * *",
  timeZone: "UTC",
  // The log is archived each minute; three are what the alert on its age allows.
  rpoMs: 3 * MINUTE_MS,
  rtoMs: 15 * MINUTE_MS,
};

/** How CoinHubX meets the plane: everything the plane knows of it. */
export function buildManifest(options: ManifestOptions): Manifest {
  const { urls } = options;
  const frontend = describeFrontend(urls.frontend);
  return manifestSchema.parse({
    system: "coinhubx",
    title: "CoinHubX",
    version: options.version,
    environment: options.environment,
    services: [
      { name: "coinhubx-backend", url: urls.backend },
      { name: "coinhubx-worker", url: urls.worker },
      ...frontend.services,
    ],
    healthChecks: [
      check({ id: CHECKS.health, service: "coinhubx-backend", path: "/api/health", kind: "liveness" }),
      check({ id: CHECKS.ready, service: "coinhubx-backend", path: "/api/ready", kind: "readiness" }),
      check({ id: CHECKS.workerHealth, service: "coinhubx-worker", path: "/health", kind: "liveness" }),
      ...frontend.healthChecks,
    ],
    metrics: [
      { service: "coinhubx-backend", path: "/api/metrics/prometheus" },
      { service: "coinhubx-worker", path: "/metrics" },
    ],
    thresholds: [...THRESHOLDS],
    alertRules: [...ALERT_RULES],
    killSwitches: [...KILL_SWITCHES],
    actions: options.actions.map(({ description }) => description),
    runbooks: options.runbooks.map(({ reference }) => reference),
    backups: [DATABASE_BACKUP],
    components: customerComponents(urls.frontend !== undefined),
    checklists: CHECKLISTS,
    reports: REPORTS,
    faults: options.faults.map(({ description }) => description),
    panels: PANELS,
    reads: READS,
  } satisfies ManifestDeclaration);
}

/** The customers' pages, which another process or another host serves. */
function describeFrontend(url: string | undefined): Pick<Manifest, "services" | "healthChecks"> {
  if (url === undefined) return { services: [], healthChecks: [] };
  const name = "coinhubx-frontend";
  return {
    services: [{ name, url }],
    healthChecks: [check({ id: CHECKS.frontendHealth, service: name, path: "/health", kind: "liveness" })],
  };
}

function check(part: Pick<Manifest["healthChecks"][number], "id" | "service" | "path" | "kind">) {
  return { ...part, everyMs: 5 * SECOND_MS, timeoutMs: 2 * SECOND_MS };
}

type KillSwitch = Manifest["killSwitches"][number];

/** Where the position of a switch is read: off is engaged, but for maintenance. */
function flagState(flagName: string, engaged = false): Pick<KillSwitch, "state"> {
  const entry = { flag_name: flagName };
  return { state: { read: "/api/feature-flags", select: "$.flags", entry, member: "enabled", engaged } };
}

const KILL_SWITCHES: readonly KillSwitch[] = [
  {
    name: "trading",
    title: "Trading",
    effect: "No new order is accepted and nothing matches; cancelling works.",
    engageAction: "coinhubx.trading.disable",
    releaseAction: "coinhubx.trading.enable",
    ...flagState("trading"),
  },
  {
    name: "withdrawals",
    title: "Withdrawals",
    effect: "No money leaves the exchange.",
    engageAction: "coinhubx.withdrawals.disable",
    releaseAction: "coinhubx.withdrawals.enable",
    ...flagState("withdrawals"),
  },
  {
    name: "deposits",
    title: "Deposits",
    effect: "Deposits are observed but not credited.",
    engageAction: "coinhubx.deposits.disable",
    releaseAction: "coinhubx.deposits.enable",
    ...flagState("deposits"),
  },
  {
    name: "signups",
    title: "Sign-ups",
    effect: "Nobody can register.",
    engageAction: "coinhubx.signups.disable",
    releaseAction: "coinhubx.signups.enable",
    ...flagState("signups"),
  },
  {
    name: "maintenance_mode",
    title: "Maintenance",
    effect: "Every write of customers is refused except cancelling.",
    engageAction: "coinhubx.maintenance_mode.enable",
    releaseAction: "coinhubx.maintenance_mode.disable",
    ...flagState("maintenance_mode", true),
  },
];
