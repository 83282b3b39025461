import { peopleSchema } from "@assay/operations/api/schema/identity";
import { incidentSchema } from "@assay/operations/api/schema/incidents";
import { severityWords } from "@assay/operations/api/schema/severity";
import { publicIncidentSchema } from "@assay/operations/api/schema/status";
import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { printable } from "@assay/platform/command-line/terminal";
import type { JsonObject } from "@assay/primitives/json";
import { planeSession } from "../plane/plane-session.ts";

const ROLES = ["commander", "communications", "scribe", "expert"];
const REFUSED = { 1: "the plane refused; the reason is printed" } as const;

export const declare = defineCommand({
  name: "incident declare",
  usage: "<what is wrong>",
  summary: "open one that no alert has found",
  details: "Opens an incident in your name. Alerts of the system join it.",
  examples: [["assay incident declare 'customers cannot pay' --system coinhubx --severity P1", "you saw it first"]],
  options: {
    system: { kind: "text", value: "NAME", summary: "the system it is about" },
    severity: { kind: "text", value: "P0..P3", summary: "how bad it is (P2)" },
    note: { kind: "text", short: "m", value: "TEXT", summary: "what is known" },
  },
  words: { min: 1, max: 1 },
  exits: REFUSED,
  run: async (context, { options, words: [title = ""] }) => {
    if (options.system === undefined) throw new UsageError("say which system with --system");
    const body = {
      ...{ title, system: options.system, severity: severityOf(options.severity ?? "P2") },
      note: options.note ?? "",
    };
    const incident = await planeSession(context).call("/api/incidents", incidentSchema, { method: "POST", body });
    if (context.terminal.isJson) context.terminal.printJson(incident);
    else
      context.terminal.print(`${incident.id} ${severityWords(incident.severity)}, answered by ${incident.respondBy}`);
    return undefined;
  },
});

export const severity = defineCommand({
  name: "incident severity",
  usage: "<incident> <P0|P1|P2|P3> <reason>",
  summary: "say how bad it really is",
  details: "Changes the severity, with the reason on the timeline and in the audit log.",
  examples: [["assay incident severity INC-7 P0 'all payments fail'", "worse than it looked"]],
  words: { min: 3, max: 3 },
  exits: REFUSED,
  run: async (context, { words: [id = "", to = "", reason = ""] }) => {
    return await change(context, { id, what: "severity", body: { severity: severityOf(to), reason } });
  },
});

export const merge = defineCommand({
  name: "incident merge",
  usage: "<incident> <into> <reason>",
  summary: "end one that goes on in another",
  details: "The first incident ends; its alerts, and what still happens to it, belong to the second one.",
  examples: [["assay incident merge INC-8 INC-7 'the same cause'", "one story instead of two"]],
  words: { min: 3, max: 3 },
  exits: REFUSED,
  run: async (context, { words: [id = "", into = "", reason = ""] }) => {
    return await change(context, { id, what: "merge", body: { into, reason } });
  },
});

export const reopen = defineCommand({
  name: "incident reopen",
  usage: "<incident> <reason>",
  summary: "it was resolved too early",
  details: "Opens a resolved incident again, within 24 hours.",
  examples: [["assay incident reopen INC-7 'it came back'", "not over yet"]],
  words: { min: 2, max: 2 },
  exits: REFUSED,
  run: async (context, { words: [id = "", reason = ""] }) =>
    await change(context, { id, what: "reopen", body: { reason } }),
});

export const role = defineCommand({
  name: "incident role",
  usage: "<incident> <role> <person>",
  summary: "say who leads, tells, writes or knows",
  details: `Gives somebody a role: ${ROLES.join(", ")}. The person is named by e-mail address or id. One person for each role; experts may be several.`,
  examples: [
    ["assay incident role INC-7 commander ada@example.org", "Ada leads"],
    ["assay incident role INC-7 commander ada@example.org --take", "and no longer"],
  ],
  options: { take: { kind: "flag", summary: "take the role back instead" } },
  words: { min: 3, max: 3 },
  exits: REFUSED,
  run: async (context, { options, words: [id = "", name = "", who = ""] }) => {
    if (!ROLES.includes(name)) throw new UsageError(`there is no role "${name}"; there are ${ROLES.join(", ")}`);
    const session = planeSession(context);
    const { people } = await session.call("/api/people", peopleSchema);
    const found = people.find((one) => one.id === who || one.email === who);
    if (found === undefined) throw new UsageError(`there is nobody with the address or id "${who}"`);
    if (!options.take) return await change(context, { id, what: "roles", body: { role: name, personId: found.id } });
    const path = `/api/incidents/${encodeURIComponent(id)}/roles/${name}/${found.id}`;
    await session.call(path, incidentSchema, { method: "DELETE" });
    if (!context.terminal.isJson) context.terminal.print(`${printable(found.name)} is no longer ${name}`);
    return undefined;
  },
});

export const update = defineCommand({
  name: "incident update",
  usage: "<incident> <investigating|identified|monitoring|resolved> <text>",
  summary: "tell users on the status page",
  details: `Tells users, on the public status page and by message, exactly what you write. The first update needs a title, and names
the parts that are affected.`,
  examples: [
    [
      "assay incident update INC-7 investigating 'Paying fails for some of you.' --title 'Payments fail' --component coinhubx.trading",
      "the first words",
    ],
    ["assay incident update INC-7 resolved 'Paying works again.'", "and the last"],
  ],
  options: {
    title: { kind: "text", value: "TEXT", summary: "for the first update: what users notice" },
    component: { kind: "text", value: "IDS", summary: "for the first update: affected parts, with commas between" },
  },
  words: { min: 3, max: 3 },
  exits: REFUSED,
  run: async (context, { options, words: [id = "", status = "", text = ""] }) => {
    const components = options.component?.split(",").map((one) => one.trim());
    const body = {
      status,
      text,
      ...(options.title === undefined ? {} : { title: options.title }),
      ...(components && { components }),
    };
    const path = `/api/incidents/${encodeURIComponent(id)}/status-updates`;
    const told = await planeSession(context).call(path, publicIncidentSchema, { method: "POST", body });
    if (context.terminal.isJson) context.terminal.printJson(told);
    else context.terminal.print(`${told.id} ${told.status}: users are told`);
    return undefined;
  },
});

interface Change {
  readonly id: string;
  readonly what: string;
  readonly body: JsonObject;
}

async function change(context: CommandContext, { id, what, body }: Change): Promise<undefined> {
  const path = `/api/incidents/${encodeURIComponent(id)}/${what}`;
  const incident = await planeSession(context).call(path, incidentSchema, { method: "POST", body });
  if (context.terminal.isJson) context.terminal.printJson(incident);
  else context.terminal.print(`${incident.id} ${severityWords(incident.severity)} ${incident.state}`);
  return undefined;
}

/** Takes the runbooks' own words too: Critical, High, Medium, Low and Level 1 to 4. */
function severityOf(text: string): string {
  const words: Readonly<Record<string, string>> = {
    ...{ critical: "P0", high: "P1", medium: "P2", low: "P3" },
    ...{ "level 1": "P0", "level 2": "P1", "level 3": "P2", "level 4": "P3" },
  };
  const found = words[text.toLowerCase()] ?? text.toUpperCase();
  if (!/^P[0-3]$/.test(found)) throw new UsageError(`there is no severity "${text}"; there are P0, P1, P2 and P3`);
  return found;
}
