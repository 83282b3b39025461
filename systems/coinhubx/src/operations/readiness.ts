import type { Clock } from "@assay/platform/clock/clock";
import { isRetryable } from "@assay/primitives/failure";
import type { JsonObject } from "@assay/primitives/json";

export type CheckStatus = "healthy" | "degraded" | "unhealthy";

export interface CheckOutcome {
  readonly status: CheckStatus;
  readonly message: string;
  readonly details?: JsonObject;
}

export interface CheckReport extends CheckOutcome {
  readonly name: string;
  readonly latencyMs: number;
}

export interface ReadinessCheck {
  /** Whether the process cannot serve without it; otherwise its illness only degrades. */
  readonly isEssential: boolean;
  /** Aborted when its time is up. A throw is an illness too. */
  look(): CheckOutcome | Promise<CheckOutcome>;
}

export interface ReadinessReport<Name extends string> {
  readonly status: CheckStatus;
  readonly checks: Readonly<Record<Name, CheckReport>>;
}

/** The time each check has; all run at once, so an answer takes no longer either. */
export const CHECK_LIMIT_MS = 800;

export async function readReadiness<const Name extends string>(
  checks: Readonly<Record<Name, ReadinessCheck>>,
  clock: Clock,
): Promise<ReadinessReport<Name>> {
  const names = Object.keys(checks) as Name[];
  const reports = await Promise.all(names.map((name) => runCheck(name, checks[name], clock)));
  const isIll = (report: CheckReport, index: number) =>
    checks[names[index]!].isEssential && report.status === "unhealthy";
  const isWell = reports.every(({ status }) => status === "healthy");
  const status = reports.some(isIll) ? "unhealthy" : isWell ? "healthy" : "degraded";
  return {
    status,
    checks: Object.fromEntries(reports.map((report) => [report.name, report])) as Record<Name, CheckReport>,
  };
}

async function runCheck(name: string, check: ReadinessCheck, clock: Clock): Promise<CheckReport> {
  const startedMs = clock.monotonicMs();
  const done = new AbortController();
  const tooLate = clock.sleep(CHECK_LIMIT_MS, { signal: done.signal }).then(
    (): CheckOutcome => ({ status: "unhealthy", message: `no answer within ${CHECK_LIMIT_MS} ms` }),
    (): CheckOutcome => ({ status: "unhealthy", message: "stopped" }),
  );
  const outcome = await Promise.race([
    Promise.resolve()
      .then(() => check.look())
      .catch(illness),
    tooLate,
  ]);
  done.abort();
  return { name, latencyMs: Math.round((clock.monotonicMs() - startedMs) * 10) / 10, ...outcome };
}

function illness(error: unknown): CheckOutcome {
  const code = error instanceof Error && "code" in error ? String(error.code) : "failed";
  return { status: "unhealthy", message: isRetryable(error) ? `${code}, trying again` : code };
}
