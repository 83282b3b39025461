import { formatInstant, toInstant } from "@assay/primitives/instant";
import type { Alert } from "../../alerts/alert.ts";
import { worstStatus } from "../../systems/health-state.ts";
import type { MonitoredSystem, SystemHealth } from "../../systems/monitored-system.ts";
import type { SourceState } from "../../systems/systems.ts";
import type { ManifestSourceView, SystemHealthView, SystemSummary } from "../schema/systems.ts";

export function summaryView(system: MonitoredSystem, alerts: readonly Alert[]): SystemSummary {
  const { manifest } = system;
  const health = system.health();
  const firing = { critical: 0, high: 0, warning: 0, info: 0 };
  for (const alert of alerts)
    if (alert.system === manifest.system && alert.state === "firing") firing[alert.severity] += 1;
  return {
    id: manifest.system,
    title: manifest.title,
    version: manifest.version,
    environment: manifest.environment,
    status: health.status,
    services: manifest.services.map(({ name, url }) => ({
      name,
      url,
      status: worstStatus(health.checks.filter(({ check }) => check.service === name).map(({ current }) => current)),
    })),
    firing,
  };
}

export function sourceView({ readAt, inForce, problems, ...source }: SourceState): ManifestSourceView {
  return {
    ...source,
    readAt: time(readAt),
    inForce: inForce === null ? null : { sha256: inForce.sha256, since: formatInstant(inForce.since) },
    problems: [...problems],
  };
}

export function healthView({ status, checks, targets }: SystemHealth): SystemHealthView {
  return {
    status,
    checks: checks.map(({ check, current, since, failures, last }) => ({
      id: check.id,
      service: check.service,
      kind: check.kind,
      status: current,
      since: time(since),
      failures,
      lastProbeAt: time(last?.at ?? null),
      durationMs: last?.durationMs ?? null,
      message: last?.message ?? null,
      components: [...(last?.components ?? [])],
    })),
    targets: targets.map(({ service, path, at, refusal }) => ({
      service,
      path,
      lastScrapeAt: time(at),
      problem: refusal,
    })),
  };
}

function time(at: number | null): string | null {
  return at === null ? null : formatInstant(toInstant(at));
}
