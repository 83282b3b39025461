import type { Manifest } from "@assay/operations/manifest/manifest";
import { CHECKS } from "./thresholds.ts";

/** Any switch that is off: which of the parts it holds up the alert does not say, so it counts for each that it may. */
const SWITCHES = "KILL_SWITCH_ENGAGED";

/** The exchange as its customers name its parts, for the status page. */
export function customerComponents(hasFrontend: boolean): Manifest["components"] {
  return [
    {
      id: "trading",
      title: "Trading",
      description: "Orders are taken and matched.",
      healthChecks: [CHECKS.ready],
      alerts: ["ENGINE_DOWN", "ENGINE_REPLAY_MISMATCH", "DATABASE_UNHEALTHY", "RECONCILIATION_MISMATCH", SWITCHES],
    },
    {
      id: "transfers",
      title: "Deposits and withdrawals",
      description: "Money comes in and goes out.",
      healthChecks: [CHECKS.ready, CHECKS.workerHealth],
      alerts: ["WORKER_DOWN", "DATABASE_UNHEALTHY", "RECONCILIATION_MISMATCH", SWITCHES],
    },
    {
      id: "account",
      title: "Accounts",
      description: "Signing in, registering and reading balances.",
      healthChecks: [CHECKS.ready],
      alerts: ["DATABASE_UNHEALTHY", SWITCHES],
    },
    {
      id: "api",
      title: "API",
      description: "Programs reach the exchange.",
      healthChecks: [CHECKS.health],
      alerts: ["BACKEND_DOWN", "ERROR_THRESHOLD", "HIGH_LATENCY"],
    },
    ...(hasFrontend
      ? [
          {
            id: "website",
            title: "Website",
            description: "The pages you trade on.",
            healthChecks: [CHECKS.frontendHealth],
            alerts: [],
          },
        ]
      : []),
  ];
}
