import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { ActionItem } from "../../incidents/action-item-store.ts";
import { type Incident, type RecordedTimelineEntry, respondBy } from "../../incidents/incident.ts";
import { incidentClocks } from "../../incidents/incident-figures.ts";
import type { StandingPostMortem } from "../../incidents/post-mortems.ts";
import type { ActionItemView, IncidentView, PostMortemView, TimelineEntryView } from "../schema/incidents.ts";

export function incidentView(
  incident: Incident,
  { now, commander = null }: { readonly now: Instant; readonly commander?: string | null | undefined },
): IncidentView {
  const { dedupKey: _key, ...shown } = incident;
  return {
    ...shown,
    commander,
    respondBy: formatInstant(respondBy(incident)),
    openedAt: formatInstant(incident.openedAt),
    acknowledgedAt: time(incident.acknowledgedAt),
    mitigatedAt: time(incident.mitigatedAt),
    resolvedAt: time(incident.resolvedAt),
    closedAt: time(incident.closedAt),
    respondedAt: time(incident.respondedAt),
    clocks: incidentClocks(incident, now),
    waiver: incident.waiver && {
      ...incident.waiver,
      by: { ...incident.waiver.by },
      at: formatInstant(incident.waiver.at),
    },
  };
}

export function timelineEntryView(entry: RecordedTimelineEntry): TimelineEntryView {
  const { sequence, kind, summary, digest } = entry;
  const details = entry.details as TimelineEntryView["details"];
  return { sequence, at: formatInstant(entry.at), kind, actor: { ...entry.actor }, summary, details, digest };
}

export function actionItemView(item: ActionItem, now: Instant): ActionItemView {
  return {
    ...item,
    owner: { ...item.owner },
    dueAt: formatInstant(item.dueAt),
    isOverdue: item.state === "open" && item.dueAt < now,
    createdAt: formatInstant(item.createdAt),
    endedAt: time(item.endedAt),
  };
}

export function postMortemView(written: StandingPostMortem): PostMortemView {
  const { version, state, sections } = written;
  const saved = "digest" in written;
  return {
    ...{ version, state, sections },
    writtenAt: saved ? formatInstant(written.writtenAt) : null,
    writtenBy: saved ? { ...written.writtenBy } : null,
    digest: saved ? written.digest : null,
  };
}

export function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
