import type { Instant } from "@assay/primitives/instant";
import type { Severity } from "../thresholds/threshold.ts";
import { type AlertState, type Condition, INACTIVE } from "./alert-state.ts";

export interface Acknowledgement {
  readonly by: { readonly id: string; readonly name: string };
  readonly at: Instant;
  readonly note: string;
  readonly expiresAt: Instant;
}

/** One alert from the moment its condition first held. Its dedup key is the system and the rule's name. */
export interface Alert {
  readonly id: string;
  readonly system: string;
  readonly name: string;
  readonly state: "pending" | "firing" | "resolved";
  readonly severity: Severity;
  readonly summary: string;
  readonly runbook: string;
  readonly threshold: string;
  readonly value: number | null;
  readonly conditions: readonly Condition[];
  readonly unknown: boolean;
  readonly startedAt: Instant;
  readonly firedAt: Instant | null;
  readonly resolvedAt: Instant | null;
  readonly acknowledgement: Acknowledgement | null;
  readonly inhibitedBy: string | null;
  /** The worst severity that people were told; null while nobody was. */
  readonly toldSeverity: Severity | null;
  readonly incidentId: string | null;
}

export function alertKey(system: string, name: string): string {
  return `${system}.${name}`;
}

/** The alert as the evaluator goes on from it; none is inactive. */
export function stateOf(alert: Alert | undefined): AlertState {
  if (alert === undefined || alert.state === "resolved") return INACTIVE;
  return { state: alert.state, severity: alert.severity, conditions: alert.conditions, unknown: alert.unknown };
}
