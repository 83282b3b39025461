import { formatInstantSeconds, type Instant } from "@assay/primitives/instant";
import type { ReportSection, ReportSections } from "../api/schema/incidents.ts";
import { SEVERITIES } from "../api/schema/severity.ts";
import type { ActionItem } from "./action-item-store.ts";
import type { Incident, RecordedTimelineEntry } from "./incident.ts";
import type { PostMortem } from "./post-mortem-store.ts";

/** The headings of the incident report, as its form has them (FinDAG, "Incident Reports"). */
export const REPORT_HEADINGS: Readonly<Record<ReportSection, string>> = {
  description: "DESCRIPTION",
  rootCause: "ROOT CAUSE",
  actionsTaken: "ACTIONS TAKEN",
  resolution: "RESOLUTION",
  lessonsLearned: "LESSONS LEARNED",
  prevention: "PREVENTION",
};
export const REPORT_SECTIONS = Object.keys(REPORT_HEADINGS) as readonly ReportSection[];

/** What somebody did, as opposed to what the plane noticed. */
const DONE_KINDS = new Set([
  "acknowledgement",
  "run",
  "step",
  "approval",
  "flag",
  "role",
  "update",
  "severity",
  "merge",
  "note",
]);
const LONGEST_LINE = 300;
const MOST_LINES = 120;

export interface Story {
  readonly incident: Incident;
  readonly timeline: readonly RecordedTimelineEntry[];
  readonly actionItems: readonly ActionItem[];
}

/** The report as the timeline knows it; causes and lessons are for people to write. */
export function proposedReport({ incident, timeline, actionItems }: Story): ReportSections {
  const noticed = timeline.filter(({ kind }) => kind === "alert" || kind === "deploy" || kind === "flag");
  const done = timeline.filter(({ kind }) => DONE_KINDS.has(kind));
  const ends = timeline.filter(
    ({ kind, details }) => kind === "state" && ["mitigated", "resolved", "closed"].includes(String(details.to)),
  );
  return {
    description: [`${oneLine(incident.title)}.`, ...lines(noticed)].join("\n"),
    rootCause: "",
    actionsTaken: lines(done).join("\n"),
    resolution: lines(ends).join("\n"),
    lessonsLearned: "",
    prevention: actionItems
      .map(({ title, owner, dueAt }) => `- ${oneLine(title)} (${owner.name}, by ${formatInstantSeconds(dueAt)})`)
      .join("\n"),
  };
}

/** The sections that a published report must not leave empty. */
export function emptySections(sections: ReportSections): string[] {
  return REPORT_SECTIONS.filter((name) => sections[name].trim() === "").map((name) => REPORT_HEADINGS[name]);
}

/** The whole document as Markdown, in the order and with the headings of the form. */
export function reportMarkdown(
  incident: Incident,
  { sections, version, state }: Pick<PostMortem, "sections" | "version" | "state">,
): string {
  const { word, level } = SEVERITIES[incident.severity];
  const end = incident.resolvedAt;
  const head = [
    "# INCIDENT REPORT",
    "",
    `Incident: ${incident.id}, ${oneLine(incident.title)}  `,
    `Date: ${day(incident.openedAt)}  `,
    `Time: ${formatInstantSeconds(incident.openedAt)} - ${end === null ? "not over" : formatInstantSeconds(end)}  `,
    `Severity: ${word} (${incident.severity}, ${level})  `,
    `Affected Systems: ${incident.system}  `,
    `Version: ${version}, ${state}`,
  ];
  const body = REPORT_SECTIONS.map((name) => `## ${REPORT_HEADINGS[name]}\n\n${sections[name].trim()}`);
  return `${[head.join("\n"), ...body].join("\n\n")}\n`;
}

function lines(entries: readonly RecordedTimelineEntry[]): string[] {
  const shown = entries
    .slice(0, MOST_LINES)
    .map(({ at, actor, summary }) => `- ${formatInstantSeconds(at)} ${oneLine(actor.name)}: ${oneLine(summary)}`);
  const more = entries.length - shown.length;
  return more > 0 ? [...shown, `- and ${more} more on the timeline`] : shown;
}

// Summaries quote what systems answered: they must stay one line of a list.
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").slice(0, LONGEST_LINE);
}

function day(at: Instant): string {
  return formatInstantSeconds(at).slice(0, 10);
}
