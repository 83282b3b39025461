import { type RunView, runListSchema, runSchema, transcriptSchema } from "@assay/operations/api/schema/runbooks";
import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { planeSession } from "../plane/plane-session.ts";
import { followRun, signWaiting } from "./follow-run.ts";
import { PARAM_OPTIONS, toPlaceValues } from "./params.ts";

const DECISIONS = ["retry", "skip", "rollback", "continue"];

export const run = defineCommand({
  name: "runbook run",
  usage: "<runbook>",
  summary: "run one and look after it",
  details: `Starts a run and shows each step with what was expected and seen. It asks you for what a person must look at; a step that
two people must agree to waits until both have signed ("assay approve"). Ctrl-C leaves the run as it is: "assay runbook
follow" takes it up again.`,
  examples: [
    ["assay runbook run health-checks", "run it here"],
    ["assay runbook run database-down --incident INC-7", "as part of an incident"],
    ["assay runbook run backup-create --detach --json", "start it and go on"],
  ],
  options: {
    ...PARAM_OPTIONS,
    environment: { kind: "text", value: "NAME", summary: "where the system runs, typed by you (local)" },
    incident: { kind: "text", value: "ID", summary: "the incident it belongs to" },
    detach: { kind: "flag", summary: "only start it" },
  },
  words: { min: 1, max: 1 },
  exits: { 1: "it failed, was inconclusive, or wants a decision" },
  run: async (context, { options, words: [id = ""] }) => {
    const body = {
      params: toPlaceValues(options.param),
      environment: options.environment ?? "local",
      ...(options.system === undefined ? {} : { system: options.system }),
      ...(options.incident === undefined ? {} : { incidentId: options.incident }),
    };
    const path = `/api/runbooks/${encodeURIComponent(id)}/runs`;
    const started = await planeSession(context).call(path, runSchema, { method: "POST", body });
    if (!options.detach) return await followRun(context, started.id);
    if (context.terminal.isJson) context.terminal.printJson(started);
    else context.terminal.print(`Run ${started.id} is started; follow it with "assay runbook follow ${started.id}".`);
    return EXIT.ok;
  },
});

export const follow = defineCommand({
  name: "runbook follow",
  usage: "<run>",
  summary: "take up a run that goes on",
  details: "Shows the steps of a run so far and goes on with it, as if you had started it here.",
  examples: [["assay runbook follow 01J9Z…", "after Ctrl-C, or on another machine"]],
  words: { min: 1, max: 1 },
  exits: { 1: "it failed, was inconclusive, or wants a decision" },
  run: async (context, { words: [id = ""] }) => await followRun(context, id),
});

export const runs = defineCommand({
  name: "runbook runs",
  summary: "show runs, newest first",
  details: "Shows runs with their verdicts. Inconclusive is never green.",
  examples: [["assay runbook runs --open", "what goes on or waits?"]],
  options: { open: { kind: "flag", summary: "only those that are not over" } },
  run: async (context, { options }) => {
    const { terminal } = context;
    const path = `/api/runs?state=${options.open ? "open" : "all"}`;
    const { runs: found } = await planeSession(context).call(path, runListSchema);
    if (terminal.isJson) terminal.printJson(found);
    else if (found.length === 0) terminal.print("There are none.");
    else {
      terminal.print(
        formatTable(
          terminal,
          [
            { title: "RUN", text: ({ id }) => id },
            { title: "RUNBOOK", text: ({ runbook }) => runbook.id },
            { title: "STATE", text: ({ state }) => state },
            { title: "VERDICT", text: ({ verdict }) => verdict ?? "–", style: verdictStyle },
            { title: "STARTED", text: ({ startedAt }) => startedAt },
            { title: "BY", text: ({ startedBy }) => startedBy.name },
          ],
          found,
        ),
      );
    }
    return undefined;
  },
});

export const decide = defineCommand({
  name: "runbook decide",
  usage: "<run> <retry|skip|rollback|continue>",
  summary: "say how a stopped run goes on",
  details:
    "A step that failed stops the run until a person says: again, without it, or undo it. The decision is recorded.",
  examples: [["assay runbook decide 01J9Z… retry", "after the cause is mended"]],
  options: { note: { kind: "text", short: "m", value: "TEXT", summary: "why" } },
  words: { min: 2, max: 2 },
  exits: { 1: "it failed again, or the decision is not on offer" },
  run: async (context, { options, words: [id = "", decision = ""] }) => {
    if (!DECISIONS.includes(decision)) throw new UsageError(`"${decision}" is none of ${DECISIONS.join(", ")}`);
    const body = { decision, ...(options.note === undefined ? {} : { note: options.note }) };
    await planeSession(context).call(`/api/runs/${encodeURIComponent(id)}/continue`, runSchema, {
      method: "POST",
      body,
    });
    return await followRun(context, id);
  },
});

export const sign = defineCommand({
  name: "runbook sign",
  usage: "<run>",
  summary: "say that you looked, without being asked item by item",
  details: `Signs the step that a run waits with, every item of its list, and goes on. It is your word that each item is so: look first.
At a terminal "assay runbook follow" asks for each of them.`,
  examples: [
    ["assay runbook sign 01J9Z… --done --note 'chart is flat'", "all of it is so"],
    ["assay runbook sign 01J9Z… --done --totp 123456", "a step with an action that one person may do"],
  ],
  options: {
    done: { kind: "flag", summary: "every item is so; without it nothing is signed" },
    note: { kind: "text", short: "m", value: "TEXT", summary: "what you saw, for the items that want a note" },
    totp: { kind: "text", value: "CODE", summary: "the six digits of your authenticator, for an action" },
  },
  words: { min: 1, max: 1 },
  exits: { 1: "it failed, was inconclusive, or waits again" },
  run: async (context, { options, words: [id = ""] }) => {
    if (!options.done) throw new UsageError("say that it is so: --done");
    const { note, totp } = options;
    await signWaiting(context, id, {
      ...(note === undefined ? {} : { note }),
      ...(totp === undefined ? {} : { totp }),
    });
    return await followRun(context, id);
  },
});

export const pause = defineCommand({
  name: "runbook pause",
  usage: "<run>",
  summary: "hold a run before its next step",
  details: `The step that runs now ends; then the run stops, also when the plane restarts, until somebody says "assay runbook decide
… continue" or aborts it.`,
  examples: [["assay runbook pause 01J9Z…", "wait a moment"]],
  words: { min: 1, max: 1 },
  run: async (context, { words: [id = ""] }) => {
    const path = `/api/runs/${encodeURIComponent(id)}/pause`;
    const paused = await planeSession(context).call(path, runSchema, { method: "POST" });
    if (context.terminal.isJson) context.terminal.printJson(paused);
    else context.terminal.print(`${paused.id} stops before its next step.`);
    return undefined;
  },
});

export const abort = defineCommand({
  name: "runbook abort",
  usage: "<run>",
  summary: "end a run before its end",
  details: "Ends a run, also while it waits. What its steps did stays done.",
  examples: [["assay runbook abort 01J9Z… --reason 'wrong runbook'", "stop here"]],
  options: { reason: { kind: "text", short: "r", value: "TEXT", summary: "why; it is recorded" } },
  words: { min: 1, max: 1 },
  run: async (context, { options, words: [id = ""] }) => {
    if (options.reason === undefined) throw new UsageError("say why: --reason 'text'");
    const path = `/api/runs/${encodeURIComponent(id)}/abort`;
    const ended = await planeSession(context).call(path, runSchema, {
      method: "POST",
      body: { reason: options.reason },
    });
    if (context.terminal.isJson) context.terminal.printJson(ended);
    else context.terminal.print(`${ended.id} ${ended.state}`);
    return undefined;
  },
});

export const transcript = defineCommand({
  name: "runbook transcript",
  usage: "<run>",
  summary: "print a run as one document",
  details: `Prints what ran, what was expected, what was seen and who signed, as Markdown; with --json as a document with digests
that "assay runbook verify" checks without a server.`,
  examples: [
    ["assay runbook transcript 01J9Z… > run.md", "to read"],
    ["assay runbook transcript 01J9Z… --json > run.json", "to verify later"],
  ],
  words: { min: 1, max: 1 },
  run: async (context, { words: [id = ""] }) => {
    if (context.terminal.isJson) {
      const path = `/api/runs/${encodeURIComponent(id)}/transcript.json`;
      context.terminal.printJson(await planeSession(context).call(path, transcriptSchema));
      return undefined;
    }
    const text = await planeSession(context).text(`/api/runs/${encodeURIComponent(id)}/transcript`);
    context.terminal.print(text.replace(/\n$/, ""));
    return undefined;
  },
});

function verdictStyle({ verdict }: RunView) {
  if (verdict === null) return undefined;
  return verdict === "passed" ? "good" : verdict === "failed" ? "bad" : "warning";
}
