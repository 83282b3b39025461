import { formatInstant } from "@assay/primitives/instant";
import type { Incident } from "../../incidents/incident.ts";
import type { IncidentContent } from "../../incidents/incident-export.ts";
import type { IncidentApi } from "./incident-api.ts";
import { actionItemView, incidentView, postMortemView, timelineEntryView } from "./incident-view.ts";

/** Everything about an incident as the page and the export show it. */
export async function incidentContent(incident: Incident, api: IncidentApi): Promise<IncidentContent> {
  const { id } = incident;
  const [{ roles, links, merged }, timeline, versions, items, publicIncident] = await Promise.all([
    api.desk.surroundings(id),
    api.incidents.timeline(id),
    api.postMortems.versions(id),
    api.actionItems.ofIncident(id),
    api.publicIncident(id),
  ]);
  const now = api.clock.now();
  const commander = roles.find(({ role }) => role === "commander")?.person.name;
  return {
    incident: incidentView(incident, { now, commander }),
    roles: roles.map(({ role, person, since }) => ({ role, person: { ...person }, since: formatInstant(since) })),
    links: links.map((link) => ({ ...link, addedAt: formatInstant(link.addedAt) })),
    merged: merged.map(({ id: mergedId, title }) => ({ id: mergedId, title })),
    timeline: timeline.map(timelineEntryView),
    postMortems: versions.map(postMortemView),
    actionItems: items.map((item) => actionItemView(item, now)),
    publicIncident: publicIncident ?? null,
  };
}
