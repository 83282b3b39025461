import { writeFile } from "node:fs/promises";
import { reportListSchema, reportViewSchema } from "@assay/operations/api/schema/reports";
import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { planeSession } from "../plane/plane-session.ts";

const list = defineCommand({
  name: "report list",
  usage: "[system]",
  summary: "show the reports that can be made, and those that were",
  details: "Every system has the reports performance, security, compliance and system, and those that it declares.",
  examples: [["assay report list coinhubx", "what is there?"]],
  words: { min: 0, max: 1 },
  run: async (context, { words: [system] }) => {
    const { terminal } = context;
    const query = system === undefined ? "" : `?system=${encodeURIComponent(system)}`;
    const { offered, kept } = await planeSession(context).call(`/api/reports${query}`, reportListSchema);
    if (terminal.isJson) {
      terminal.printJson({ offered, kept });
      return undefined;
    }
    terminal.print(
      formatTable(
        terminal,
        [
          { title: "SYSTEM", text: (report) => report.system },
          { title: "REPORT", text: ({ name }) => name },
          { title: "KIND", text: ({ kind }) => kind },
          { title: "MADE BY ITSELF", text: ({ schedule }) => (schedule === null ? "no" : `every ${schedule.every}`) },
          { title: "TITLE", text: ({ title }) => title },
        ],
        offered,
      ),
    );
    if (kept.length === 0) return undefined;
    terminal.print("");
    terminal.print(
      formatTable(
        terminal,
        [
          { title: "MADE", text: ({ madeAt }) => madeAt },
          { title: "ID", text: ({ id }) => id },
          { title: "SYSTEM", text: (report) => report.system },
          { title: "REPORT", text: ({ name }) => name },
          { title: "FROM", text: ({ from }) => from },
          { title: "TO", text: ({ to }) => to },
        ],
        kept,
      ),
    );
    return undefined;
  },
});

const show = defineCommand({
  name: "report show",
  usage: "<id> [file]",
  summary: "print a report, or save it",
  details:
    "Prints the report as Markdown, or with --json as JSON. Every figure names its query and how many samples it rests on.",
  examples: [["assay report show rep_… performance.md", "to send it to somebody"]],
  words: { min: 1, max: 2 },
  run: async (context, { words: [id = "", file] }) => {
    const { terminal } = context;
    const plane = planeSession(context);
    const path = `/api/reports/${encodeURIComponent(id)}`;
    if (terminal.isJson) {
      terminal.printJson(await plane.call(path, reportViewSchema));
      return undefined;
    }
    const text = await plane.text(`${path}/markdown`);
    if (file === undefined) terminal.print(text.replace(/\n$/, ""));
    else await writeFile(file, text, { mode: 0o600 });
    return undefined;
  },
});

const SPANS = ["day", "week", "month"] as const;

const make = defineCommand({
  name: "report make",
  usage: "<system> <report>",
  summary: "make a report of a stretch of time, and keep it",
  details: "Takes the last day, week or month, or --from and --to. What is not known has no number; it is never zero.",
  examples: [
    ["assay report make coinhubx performance --window week", "the last seven days"],
    ["assay report make coinhubx compliance --from 2026-02-01 --to 2026-03-01", "February"],
  ],
  options: {
    window: { kind: "text", value: "SPAN", summary: "day, week or month; default day" },
    from: { kind: "text", value: "DAY", summary: "first day, UTC" },
    to: { kind: "text", value: "DAY", summary: "the day after the last, UTC" },
  },
  words: { min: 2, max: 2 },
  exits: { 1: "the plane refused; the reason is printed" },
  run: async (context, { options, words: [system = "", name = ""] }) => {
    const { terminal } = context;
    const plane = planeSession(context);
    const body = { system, name, window: readWindow(options) };
    const report = await plane.call("/api/reports", reportViewSchema, { method: "POST", body, timeoutMs: 60_000 });
    if (terminal.isJson) terminal.printJson(report);
    else terminal.print((await plane.text(`/api/reports/${report.id}/markdown`)).replace(/\n$/, ""));
    return undefined;
  },
});

function readWindow(options: Partial<Record<"window" | "from" | "to", string | undefined>>) {
  const { window, from, to } = options;
  if ((from === undefined) !== (to === undefined)) throw new UsageError("give both --from and --to");
  if (from !== undefined && to !== undefined) return { from: midnight(from), to: midnight(to) };
  const span = SPANS.find((one) => one === (window ?? "day"));
  if (span === undefined) throw new UsageError(`--window is one of ${SPANS.join(", ")}`);
  return span;
}

function midnight(day: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new UsageError(`${day} is not a day such as 2026-03-01`);
  return `${day}T00:00:00Z`;
}

export const command = defineCommandGroup({
  name: "report",
  summary: "make and read reports",
  details:
    "Performance, security, compliance and system, per system and window; kept as they were made, with a digest.",
  commands: { list, show, make },
});
