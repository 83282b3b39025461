import { type Instant, toInstant } from "@assay/primitives/instant";
import type { IncidentFigures, IncidentSeverity } from "../api/schema/incidents.ts";
import { type Incident, respondBy } from "./incident.ts";

/** How long things took, from the opening; null while they have not happened. */
export function incidentClocks(incident: Incident, now: Instant) {
  const { openedAt, respondedAt, mitigatedAt, resolvedAt } = incident;
  const since = (at: Instant | null) => (at === null ? null : at - openedAt);
  return {
    acknowledgeMs: since(respondedAt),
    // Whoever resolves has mitigated.
    mitigateMs: since(mitigatedAt ?? resolvedAt),
    resolveMs: since(resolvedAt),
    answeredInTime: answeredInTime(incident, now),
  };
}

function answeredInTime(incident: Incident, now: Instant): boolean | null {
  const limit = respondBy(incident);
  if (incident.respondedAt !== null) return incident.respondedAt <= limit;
  // It went away before anybody had to answer.
  const end = incident.mitigatedAt ?? incident.resolvedAt;
  if (end !== null && end <= limit) return null;
  return now > limit ? false : null;
}

const SEVERITIES: readonly IncidentSeverity[] = ["P0", "P1", "P2", "P3"];

/** Means with their counts. Merged incidents are told by the one that goes on, and counted there. */
export function incidentFigures(
  incidents: readonly Incident[],
  { days, now }: { readonly days: number; readonly now: Instant },
): IncidentFigures {
  const own = incidents.filter(({ mergedInto }) => mergedInto === null);
  const clocks = own.map((incident) => incidentClocks(incident, now));
  const answered = clocks.flatMap(({ answeredInTime: inTime }) => (inTime === null ? [] : [inTime]));
  return {
    days,
    opened: own.length,
    acknowledge: meanOf(clocks.map(({ acknowledgeMs }) => acknowledgeMs)),
    mitigate: meanOf(clocks.map(({ mitigateMs }) => mitigateMs)),
    resolve: meanOf(clocks.map(({ resolveMs }) => resolveMs)),
    answeredInTime: { inTime: answered.filter(Boolean).length, count: answered.length },
    bySeverity: Object.fromEntries(
      SEVERITIES.map((severity) => [severity, own.filter((one) => one.severity === severity).length]),
    ) as Record<IncidentSeverity, number>,
  };
}

function meanOf(values: readonly (number | null)[]): { meanMs: number | null; count: number } {
  const known = values.filter((value) => value !== null);
  const meanMs = known.length === 0 ? null : Math.round(known.reduce((sum, value) => sum + value, 0) / known.length);
  return { meanMs, count: known.length };
}

/** The last moment of an incident, or now. */
export function endOf(incident: Incident, now: Instant): Instant {
  return incident.resolvedAt ?? incident.closedAt ?? toInstant(now);
}
