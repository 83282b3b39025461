import { addMs, formatInstant, type Instant } from "@assay/primitives/instant";
import { type Incident, RESPOND_WITHIN_MS, type RecordedTimelineEntry } from "../../incidents/incident.ts";
import type { IncidentView, TimelineEntryView } from "../schema/incidents.ts";

export function incidentView(incident: Incident): IncidentView {
  const { dedupKey: _key, ...shown } = incident;
  return {
    ...shown,
    respondBy: formatInstant(addMs(incident.openedAt, RESPOND_WITHIN_MS[incident.severity])),
    openedAt: formatInstant(incident.openedAt),
    acknowledgedAt: time(incident.acknowledgedAt),
    mitigatedAt: time(incident.mitigatedAt),
    resolvedAt: time(incident.resolvedAt),
    closedAt: time(incident.closedAt),
  };
}

export function timelineEntryView(entry: RecordedTimelineEntry): TimelineEntryView {
  const { sequence, kind, summary, digest } = entry;
  const details = entry.details as TimelineEntryView["details"];
  return { sequence, at: formatInstant(entry.at), kind, actor: { ...entry.actor }, summary, details, digest };
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
