import type { Instant } from "@assay/primitives/instant";
import { type ComponentState, worstState } from "../api/schema/status.ts";
import type { HealthStatus } from "../systems/health-state.ts";
import type { Severity } from "../thresholds/threshold.ts";
import type { Override } from "./component.ts";

/** What is known of a part at one moment. */
export interface Evidence {
  readonly now: Instant;
  readonly override: Override | undefined;
  /** Title of a public maintenance window that covers it. */
  readonly maintenance: string | undefined;
  /** Each of its health checks. */
  readonly checks: readonly { readonly id: string; readonly status: HealthStatus }[];
  /** Its alerts that fire. */
  readonly firing: readonly { readonly name: string; readonly severity: Severity }[];
  /** Whether it has alerts, and whether somebody still evaluates them. */
  readonly alerts: "none" | "evaluated" | "stale";
}

export interface Derived {
  readonly state: ComponentState;
  /** For operators. */
  readonly why: string;
}

const OF_SEVERITY: Readonly<Record<Severity, ComponentState>> = {
  critical: "major outage",
  high: "partial outage",
  warning: "degraded performance",
  info: "operational",
};

/**
 * The state of a part: what a person set goes before planned maintenance, and that before what checks and alerts say.
 * Nothing known is `no data`, never operational; something known to be bad stays bad when the rest is not known.
 */
export function deriveState(evidence: Evidence): Derived {
  const { override, maintenance, now } = evidence;
  if (override !== undefined && override.endsAt > now)
    return { state: override.state, why: `set by ${override.by}: ${override.reason}` };
  if (maintenance !== undefined) return { state: "under maintenance", why: `maintenance: ${maintenance}` };
  const found = [...checkStates(evidence), ...alertStates(evidence)];
  if (found.length === 0) return { state: "no data", why: "it has no checks and no alerts" };
  const state = worstState(found.map((one) => one.state));
  const reasons = found.filter((one) => one.state === state).map(({ why }) => why);
  return { state, why: reasons.join(", ") };
}

function checkStates({ checks }: Evidence): Derived[] {
  // Part of it still answers: that is a partial outage and not a major one.
  const isWhole = checks.every(({ status }) => status === "unhealthy");
  return checks.map(({ id, status }) => ({ state: ofHealth(status, isWhole), why: `${id} is ${status}` }));
}

function ofHealth(status: HealthStatus, isWhole: boolean): ComponentState {
  if (status === "healthy") return "operational";
  if (status === "degraded") return "degraded performance";
  if (status === "unknown") return "no data";
  return isWhole ? "major outage" : "partial outage";
}

function alertStates({ firing, alerts }: Evidence): Derived[] {
  if (alerts === "none") return [];
  const loud = firing.map(({ name, severity }) => ({
    state: OF_SEVERITY[severity],
    why: `${name} fires (${severity})`,
  }));
  if (alerts === "stale") return [...loud, { state: "no data", why: "its alerts were not evaluated lately" }];
  return loud.length > 0 ? loud : [{ state: "operational", why: "no alert fires" }];
}
