/** `unknown` is never green: nothing conclusive was seen, or not lately. */
export type HealthStatus = "healthy" | "degraded" | "unhealthy" | "unknown";

/** One component of a readiness body, such as `database`. */
export interface ComponentHealth {
  readonly name: string;
  readonly status: HealthStatus;
  readonly latencyMs: number | null;
  readonly message: string | null;
}

/** What one probe saw. Inconclusive: the target answered with something that says nothing about its health. */
export interface ProbeResult {
  readonly at: number;
  readonly outcome: "healthy" | "degraded" | "unhealthy" | "inconclusive";
  readonly durationMs: number;
  readonly message: string;
  readonly components: readonly ComponentHealth[];
}

export interface CheckHealth {
  readonly status: HealthStatus;
  /** Probes in a row that failed. */
  readonly failures: number;
  /** Since when the status is what it is. */
  readonly since: number | null;
  readonly last: ProbeResult | null;
}

export const NEVER_PROBED: CheckHealth = { status: "unknown", failures: 0, since: null, last: null };

/** This many failed probes in a row make a check unhealthy; fewer make a healthy one degraded. */
export const FAILURES_TO_UNHEALTHY = 3;

export function advanceHealth(previous: CheckHealth, result: ProbeResult): CheckHealth {
  const failures = result.outcome === "unhealthy" ? previous.failures + 1 : 0;
  const status = statusAfter(previous.status, result, failures);
  return { status, failures, since: status === previous.status ? previous.since : result.at, last: result };
}

function statusAfter(previous: HealthStatus, result: ProbeResult, failures: number): HealthStatus {
  if (result.outcome === "inconclusive") return "unknown";
  if (result.outcome !== "unhealthy") return result.outcome;
  if (failures >= FAILURES_TO_UNHEALTHY) return "unhealthy";
  return previous === "healthy" ? "degraded" : previous;
}

/** The status at `now`: unknown when the last probe is older than `maxAgeMs`. */
export function currentStatus(check: CheckHealth, now: number, maxAgeMs: number): HealthStatus {
  // A probe from the future is as little of the present as an old one.
  return check.last === null || Math.abs(now - check.last.at) > maxAgeMs ? "unknown" : check.status;
}

const WORST_FIRST: readonly HealthStatus[] = ["unhealthy", "unknown", "degraded", "healthy"];

/** The same health after the clock that dated it jumped. */
export function shiftHealth(check: CheckHealth, byMs: number): CheckHealth {
  const { since, last } = check;
  return {
    ...check,
    since: since === null ? null : since + byMs,
    last: last === null ? null : { ...last, at: last.at + byMs },
  };
}

/** A whole is as well as its worst part; with nothing to look at it is unknown. */
export function worstStatus(statuses: readonly HealthStatus[]): HealthStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? "unknown";
}
