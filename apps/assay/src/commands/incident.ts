import { writeFile } from "node:fs/promises";
import { incidentDetailSchema } from "@assay/operations/api/schema/incident-detail";
import { incidentListSchema, incidentSchema, timelineEntrySchema } from "@assay/operations/api/schema/incidents";
import { severityWords } from "@assay/operations/api/schema/severity";
import { type Command, defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable, printable, type Style } from "@assay/platform/command-line/terminal";
import { formatDuration } from "../format.ts";
import { declare, merge, reopen, role, severity, update } from "../incident/desk-commands.ts";
import { postMortem, verify } from "../incident/report-commands.ts";
import { planeSession } from "../plane/plane-session.ts";

const STYLES: Readonly<Record<string, Style>> = { P0: "bad", P1: "bad", P2: "warning", P3: "quiet" };

const list = defineCommand({
  name: "incident list",
  summary: "show incidents, newest first",
  details: "Shows what is broken for users, since when and how bad. By default only incidents that are not over.",
  examples: [
    ["assay incident list", "what is going on?"],
    ["assay incident list --all", "also what is over"],
  ],
  options: { all: { kind: "flag", summary: "also resolved and closed ones" } },
  run: async (context, { options }) => {
    const { terminal, clock } = context;
    const path = `/api/incidents?state=${options.all ? "all" : "current"}&limit=100`;
    const { incidents } = await planeSession(context).call(path, incidentListSchema);
    if (terminal.isJson) terminal.printJson(incidents);
    else if (incidents.length === 0) terminal.print(terminal.style("good", "No incident is open."));
    else {
      terminal.print(
        formatTable(
          terminal,
          [
            { title: "INCIDENT", text: ({ id }) => id },
            { title: "SEVERITY", text: ({ severity }) => severity, style: ({ severity }) => STYLES[severity] },
            { title: "STATE", text: ({ state }) => state },
            {
              title: "AGE",
              text: ({ openedAt }) => formatDuration(clock.now() - Date.parse(openedAt)),
              align: "right",
            },
            { title: "SYSTEM", text: ({ system }) => system },
            { title: "WHAT", text: ({ title }) => title },
          ],
          incidents,
        ),
      );
    }
    return undefined;
  },
});

const show = defineCommand({
  name: "incident show",
  usage: "<incident>",
  summary: "show one with its timeline",
  details: "Shows an incident with its alerts and everything that happened, in order.",
  examples: [["assay incident show INC-7", "the whole story"]],
  words: { min: 1, max: 1 },
  run: async (context, { words: [id = ""] }) => {
    const { terminal } = context;
    const path = `/api/incidents/${encodeURIComponent(id)}`;
    const detail = await planeSession(context).call(path, incidentDetailSchema);
    const { incident, alerts, roles, actionItems, timeline } = detail;
    if (terminal.isJson) {
      terminal.printJson(detail);
      return undefined;
    }
    const grade = terminal.style(STYLES[incident.severity] ?? "strong", severityWords(incident.severity));
    terminal.print(`${grade} ${printable(incident.title)}  ${incident.state}, opened ${incident.openedAt}\n`);
    terminal.print(
      `  answer by ${incident.respondBy}${incident.respondedAt === null ? "" : `, answered ${incident.respondedAt}`}`,
    );
    for (const { role: what, person } of roles) terminal.print(`  ${what} ${printable(person.name)}`);
    for (const { title, owner, dueAt, state } of actionItems)
      terminal.print(`  action item ${state}: ${printable(`${title}, ${owner.name}`)}, due ${dueAt}`);
    for (const { name, state, human } of alerts) terminal.print(`  alert ${name} ${state}, ${human}`);
    for (const { at, kind, actor, summary } of timeline) {
      terminal.print(`  ${terminal.style("quiet", at)} ${kind.padEnd(15)} ${printable(`${actor.name}: ${summary}`)}`);
    }
    return undefined;
  },
});

/** A command that moves an incident on. */
function move(
  verb: string,
  meaning: { readonly summary: string; readonly details: string; readonly example: string },
): Command {
  return defineCommand({
    name: `incident ${verb}`,
    usage: "<incident>",
    summary: meaning.summary,
    details: meaning.details,
    examples: [[meaning.example, meaning.summary]],
    options: {
      note: { kind: "text", short: "m", value: "TEXT", summary: "what you did or found; it goes on the timeline" },
    },
    words: { min: 1, max: 1 },
    exits: { 1: "the plane refused; the reason is printed" },
    run: async (context, { options, words: [id = ""] }) => {
      const path = `/api/incidents/${encodeURIComponent(id)}/${verb}`;
      const body = { note: options.note ?? "" };
      const incident = await planeSession(context).call(path, incidentSchema, { method: "POST", body });
      if (context.terminal.isJson) context.terminal.printJson(incident);
      else context.terminal.print(`${incident.id} ${incident.state}`);
      return undefined;
    },
  });
}

const note = defineCommand({
  name: "incident note",
  usage: "<incident> <text>",
  summary: "add a note to the timeline",
  details: "Adds what you saw or did. Notes cannot be changed afterwards.",
  examples: [["assay incident note INC-7 'provider confirms an outage'", "for everybody to read"]],
  words: { min: 2, max: 2 },
  run: async (context, { words: [id = "", text = ""] }) => {
    if (text.trim() === "") throw new UsageError("the note is empty");
    const path = `/api/incidents/${encodeURIComponent(id)}/notes`;
    const entry = await planeSession(context).call(path, timelineEntrySchema, { method: "POST", body: { note: text } });
    if (context.terminal.isJson) context.terminal.printJson(entry);
    else context.terminal.print(`noted at ${entry.at}`);
    return undefined;
  },
});

const exportIncident = defineCommand({
  name: "incident export",
  usage: "<incident> [file]",
  summary: "save an incident with its evidence",
  details: `Saves the incident with timeline, evidence, report, action items and audit proof, or prints it without a file.
"assay incident verify" checks the file without a server.`,
  examples: [["assay incident export INC-7 incident.json", "for the post-mortem"]],
  words: { min: 1, max: 2 },
  run: async (context, { words: [id = "", file] }) => {
    const text = await planeSession(context).text(`/api/incidents/${encodeURIComponent(id)}/export`);
    if (file === undefined) context.terminal.print(text.replace(/\n$/, ""));
    else await writeFile(file, text, { mode: 0o600 });
    return undefined;
  },
});

export const command = defineCommandGroup({
  name: "incident",
  summary: "declare, see and move incidents",
  details: "An incident goes from open over acknowledged and mitigated to resolved and closed.",
  commands: {
    list,
    show,
    declare,
    acknowledge: move("acknowledge", {
      summary: "say that you look after it",
      details: "Stops the pages: you look after it. Its firing alerts are acknowledged with it.",
      example: "assay incident acknowledge INC-7",
    }),
    mitigate: move("mitigate", {
      summary: "users are no longer harmed",
      details: "Says that users are no longer harmed; the cause may still be there.",
      example: "assay incident mitigate INC-7 -m 'trading stopped'",
    }),
    resolve: move("resolve", {
      summary: "the cause is gone",
      details: "Says that the cause is gone. Refused while its alerts fire; wants a note.",
      example: "assay incident resolve INC-7 -m 'row restored, books agree'",
    }),
    close: move("close", {
      summary: "nothing is left to do",
      details: "Closes it after the post-mortem; wants a note.",
      example: "assay incident close INC-7 -m 'post-mortem done'",
    }),
    note,
    severity,
    role,
    update,
    merge,
    reopen,
    postmortem: postMortem,
    export: exportIncident,
    verify,
  },
});
