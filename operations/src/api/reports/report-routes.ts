import { isTimeZone } from "@assay/platform/clock/wall-time";
import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { formatInstant, parseInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type PersonPrincipal, type Principal, person } from "../../identity/principal.ts";
import type { Report } from "../../reports/report.ts";
import { reportMarkdown } from "../../reports/report-markdown.ts";
import type { KeptReport } from "../../reports/report-store.ts";
import type { Reports } from "../../reports/reports.ts";
import {
  type KeptReportView,
  makeReportBodySchema,
  type ReportView,
  reportListSchema,
  reportQuerySchema,
  reportViewSchema,
  scheduleBodySchema,
} from "../schema/reports.ts";

const reportParams = z.strictObject({ id: z.string().max(64) });
const refusals = { REPORT_NOT_FOUND: 404, BAD_WINDOW: 422, BAD_TIME_ZONE: 422 } as const;
const MAKE_TIMEOUT_MS = 60_000;

export function reportRoutes(reports: Reports): Route<Principal>[] {
  return [listRoute(reports), readRoute(reports), markdownRoute(reports), makeRoute(reports), scheduleRoute(reports)];
}

function listRoute(reports: Reports): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/reports",
    summary: "Reports that can be made, and those that were, newest first",
    access: person("viewer"),
    query: reportQuerySchema,
    replies: { 200: reportListSchema },
    handle: async ({ query }) => {
      const offered = (await reports.offered())
        .filter(({ system }) => query.system === undefined || system === query.system)
        .map(({ system, report: { name, title, kind }, schedule }) => ({ system, name, title, kind, schedule }));
      return answer(200, { offered, kept: (await reports.list(query)).map(keptView) });
    },
  });
}

function readRoute(reports: Reports): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/reports/:id",
    summary: "A report that was made",
    access: person("viewer"),
    params: reportParams,
    replies: { 200: reportViewSchema },
    handle: async ({ params }) => {
      const report = await reports.find(params.id);
      return report === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, reportView(report));
    },
  });
}

function markdownRoute(reports: Reports): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/reports/:id/markdown",
    summary: "A report as a document",
    access: person("viewer"),
    params: reportParams,
    replies: { 200: mediaReply("text/markdown") },
    handle: async ({ params }) => {
      const report = await reports.find(params.id);
      if (report === undefined) return refuse({ code: "NOT_FOUND" });
      return answerText(200, reportMarkdown(report), "text/markdown; charset=utf-8");
    },
  });
}

function makeRoute(reports: Reports): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/reports",
    summary: "Make a report of a stretch of time, and keep it",
    access: person("viewer"),
    body: makeReportBodySchema,
    replies: { 201: reportViewSchema },
    refusals,
    timeoutMs: MAKE_TIMEOUT_MS,
    isSlow: true,
    handle: async ({ body: { system, name, window }, principal }) => {
      const span = typeof window === "string" ? reports.window(window) : between(window);
      if (span === undefined) return refuse({ code: "BAD_WINDOW" });
      const made = await reports.make({ system, name }, { window: span, by: actorOf(principal) });
      return made.ok ? answer(201, reportView(made.value)) : made;
    },
  });
}

function scheduleRoute(reports: Reports): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/reports/schedules",
    summary: "Have a report made by the clock, or no longer",
    access: person("operator"),
    body: scheduleBodySchema,
    replies: { 200: reportListSchema },
    refusals,
    handle: async ({ body, principal }) => {
      if (body.schedule !== null && !isTimeZone(body.schedule.timeZone)) return refuse({ code: "BAD_TIME_ZONE" });
      const set = await reports.schedule(body, { id: principal.personId, name: principal.name });
      if (!set.ok) return set;
      const offered = (await reports.offered()).map(({ system, report: { name, title, kind }, schedule }) => ({
        ...{ system, name, title, kind, schedule },
      }));
      return answer(200, { offered, kept: [] });
    },
  });
}

function between({ from, to }: { readonly from: string; readonly to: string }) {
  const [start, end] = [parseInstant(from), parseInstant(to)];
  return start.ok && end.ok ? { from: start.value, to: end.value } : undefined;
}

function actorOf({ personId: id, name }: PersonPrincipal) {
  return { kind: "person" as const, id, name };
}

function reportView({ id, madeAt, madeBy, scheduledFor, sha256, content }: Report): ReportView {
  const at = formatInstant(madeAt);
  return {
    id,
    madeAt: at,
    madeBy: madeBy.name,
    scheduled: scheduledFor !== null,
    sha256,
    content: content as ReportView["content"],
  };
}

function keptView({ from, to, madeAt, kind, ...report }: KeptReport): KeptReportView {
  return {
    ...report,
    kind: kind as KeptReportView["kind"],
    from: formatInstant(from),
    to: formatInstant(to),
    madeAt: formatInstant(madeAt),
  };
}
