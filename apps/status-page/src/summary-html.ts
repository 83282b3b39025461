import type { StatusSummary } from "@assay/operations/api/schema/status";
import { formatInstantSeconds, type Instant } from "@assay/primitives/instant";
import { HEADLINES, OLD_MS } from "./state-words.ts";

export interface SummaryHtml {
  /** The last one that was read. */
  readonly summary: StatusSummary | undefined;
  readonly isFresh: boolean;
  readonly now: Instant;
}

/** The state of everything as plain HTML, for whoever has no JavaScript and for the first moment of everybody else. */
export function summaryHtml({ summary, isFresh, now }: SummaryHtml): string {
  if (summary === undefined)
    return `<main class="page"><h1>${HEADLINES["no data"]}</h1><p>Our monitoring cannot be reached.</p></main>`;
  const isOld = !isFresh || now - Date.parse(summary.asOf) > OLD_MS;
  const headline = isOld ? HEADLINES["no data"] : HEADLINES[summary.state];
  const asOf = `${isOld ? "This is old. Last known" : "As of"} ${formatInstantSeconds(asInstant(summary.asOf))}`;
  return `<main class="page"><h1>${inHtml(headline)}</h1><p>${inHtml(asOf)}</p>${[
    ...summary.incidents.filter(({ resolvedAt }) => resolvedAt === null).map(incidentHtml),
    ...summary.groups.map(groupHtml),
    ...summary.maintenance.map(maintenanceHtml),
  ].join("")}</main>`;
}

function incidentHtml({ title, status, updates }: StatusSummary["incidents"][number]): string {
  return `<section class="card"><h2>${inHtml(title)}: ${status}</h2><p>${inHtml(updates[0]?.text ?? "")}</p></section>`;
}

function groupHtml({ title, components }: StatusSummary["groups"][number]): string {
  const lines = components.map(
    ({ title: name, description, state }) =>
      `<li class="part"><span><strong>${inHtml(name)}</strong> ${inHtml(description)}</span> <span>${state}</span></li>`,
  );
  return `<section class="card"><h2>${inHtml(title || "Parts")}</h2><ul>${lines.join("")}</ul></section>`;
}

function maintenanceHtml({ title, startsAt, endsAt }: StatusSummary["maintenance"][number]): string {
  return `<section class="card"><h2>Maintenance: ${inHtml(title)}</h2><p>${inHtml(startsAt)} to ${inHtml(endsAt)}</p></section>`;
}

function asInstant(text: string): Instant {
  return Date.parse(text) as Instant;
}

function inHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
