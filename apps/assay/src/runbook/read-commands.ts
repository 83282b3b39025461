import {
  type PlannedStepView,
  plannedSchema,
  runbookListSchema,
  runbookSchema,
} from "@assay/operations/api/schema/runbooks";
import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { formatTable, printable } from "@assay/platform/command-line/terminal";
import { planeSession } from "../plane/plane-session.ts";
import { PARAM_OPTIONS, toPlaceValues } from "./params.ts";

export const list = defineCommand({
  name: "runbook list",
  summary: "show all runbooks",
  details: "Shows every runbook of every system with the alerts it answers.",
  examples: [["assay runbook list", "what is there?"]],
  run: async (context) => {
    const { terminal } = context;
    const { runbooks } = await planeSession(context).call("/api/runbooks", runbookListSchema);
    if (terminal.isJson) terminal.printJson(runbooks);
    else {
      terminal.print(
        formatTable(
          terminal,
          [
            { title: "RUNBOOK", text: ({ id }) => id },
            { title: "SYSTEM", text: ({ system }) => system },
            { title: "VERSION", text: ({ version }) => String(version), align: "right" },
            { title: "STEPS", text: ({ steps }) => String(steps), align: "right" },
            { title: "LAST RUN", text: ({ lastRun }) => lastRun?.verdict ?? lastRun?.state ?? "never" },
            { title: "DRILL", text: ({ drillStatus }) => drillStatus },
            { title: "ALERTS", text: ({ alerts }) => alerts.join(" ") },
            { title: "TITLE", text: ({ title }) => title },
          ],
          runbooks,
        ),
      );
    }
    return undefined;
  },
});

export const show = defineCommand({
  name: "runbook show",
  usage: "<runbook>",
  summary: "print a runbook's text",
  details: "Prints the Markdown as the system serves it, and what is wrong with it, if something is.",
  examples: [["assay runbook show database-down", "read it"]],
  options: { system: PARAM_OPTIONS.system },
  words: { min: 1, max: 1 },
  run: async (context, { options, words: [id = ""] }) => {
    const { terminal } = context;
    const query = options.system === undefined ? "" : `?system=${encodeURIComponent(options.system)}`;
    const runbook = await planeSession(context).call(`/api/runbooks/${encodeURIComponent(id)}${query}`, runbookSchema);
    if (terminal.isJson) terminal.printJson(runbook);
    else {
      terminal.print(runbook.markdown.replace(/\n$/, ""));
      for (const { line, rule, message } of runbook.found) terminal.printError(`${id}:${line} ${rule}: ${message}`);
    }
    return undefined;
  },
});

export const plan = defineCommand({
  name: "runbook plan",
  usage: "<runbook>",
  summary: "show what a run would do",
  details:
    "Shows every step with its parameters filled in, what must be seen, and how many people it needs. Runs nothing.",
  examples: [["assay runbook plan database-down", "before you need it"]],
  options: PARAM_OPTIONS,
  words: { min: 1, max: 1 },
  run: async (context, { options, words: [id = ""] }) => {
    const body = {
      params: toPlaceValues(options.param),
      ...(options.system === undefined ? {} : { system: options.system }),
    };
    const path = `/api/runbooks/${encodeURIComponent(id)}/plan`;
    const { plan: steps } = await planeSession(context).call(path, plannedSchema, { method: "POST", body });
    if (context.terminal.isJson) context.terminal.printJson(steps);
    else for (const [index, step] of steps.entries()) printStep(context, step, index + 1);
    return undefined;
  },
});

function printStep({ terminal }: CommandContext, step: PlannedStepView, number: number): void {
  const marks = [
    step.effect,
    step.people > 0 ? `${step.people} people` : "",
    step.isUndo ? "undo" : "",
    step.isSkipped ? "skipped here" : "",
  ];
  const style = step.effect === "danger" ? "bad" : "quiet";
  terminal.print(
    `${terminal.style("strong", `${number}. ${step.title}`)} ${terminal.style(style, `[${marks.filter(Boolean).join(", ")}]`)}`,
  );
  if (step.sentence !== null) terminal.print(`   ${printable(step.sentence)}`);
  for (const line of step.command.split("\n").filter(Boolean)) terminal.print(`   $ ${printable(line)}`);
  for (const expected of step.expects) terminal.print(`   ${terminal.style("quiet", "see")} ${printable(expected)}`);
  for (const { text } of step.items) terminal.print(`   [ ] ${printable(text)}`);
}
