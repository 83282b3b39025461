import {
  checklistListSchema,
  type RoundDetailView,
  type RoundView,
  roundDetailSchema,
  roundListSchema,
} from "@assay/operations/api/schema/checklists";
import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable, printable, type Style } from "@assay/platform/command-line/terminal";
import { formatDuration } from "../format.ts";
import { planeSession } from "../plane/plane-session.ts";

const STYLES: Readonly<Record<string, Style>> = {
  passed: "good",
  signed: "good",
  failed: "bad",
  overdue: "bad",
  inconclusive: "warning",
  "signed late": "warning",
};

const list = defineCommand({
  name: "checklist list",
  summary: "show the rounds that wait, and when each checklist opens",
  details:
    "Shows what is to be done, by when, and how much of it waits for a person. With --all also what was signed off.",
  examples: [
    ["assay checklist list", "what is to be done today?"],
    ["assay checklist list --all --json", "everything, for a script"],
  ],
  options: { all: { kind: "flag", summary: "also rounds that were signed off" } },
  run: async (context, { options }) => {
    const { terminal, clock } = context;
    const plane = planeSession(context);
    const path = `/api/checklists/rounds?state=${options.all ? "all" : "open"}&limit=100`;
    const { rounds } = await plane.call(path, roundListSchema);
    const { checklists } = await plane.call("/api/checklists", checklistListSchema);
    if (terminal.isJson) {
      terminal.printJson({ rounds, checklists });
      return undefined;
    }
    if (rounds.length === 0) terminal.print(terminal.style("good", "Nothing waits."));
    else {
      const left = ({ dueAt }: RoundView) => Date.parse(dueAt) - clock.now();
      terminal.print(
        formatTable(
          terminal,
          [
            { title: "ROUND", text: ({ id }) => id },
            { title: "CHECKLIST", text: ({ title }) => title },
            { title: "SYSTEM", text: ({ system }) => system },
            { title: "DAY", text: ({ period }) => period },
            { title: "STATE", text: ({ state }) => state, style: ({ state }) => STYLES[state] },
            {
              title: "LEFT",
              text: (round) => (left(round) > 0 ? formatDuration(left(round)) : "none"),
              align: "right",
            },
            { title: "WAITING", text: ({ items }) => String(items.filter(({ open }) => open).length), align: "right" },
          ],
          rounds,
        ),
      );
    }
    terminal.print("");
    for (const { system, checklist, nextOpensAt } of checklists)
      terminal.print(`${printable(checklist.title)} (${system}) opens next ${nextOpensAt}`);
    return undefined;
  },
});

const show = defineCommand({
  name: "checklist show",
  usage: "<round>",
  summary: "show one round with its items",
  details: "Shows each item with what was seen, where and when, and what keeps the round from being signed off.",
  examples: [["assay checklist show rnd_…", "what is left?"]],
  words: { min: 1, max: 1 },
  run: async (context, { words: [id = ""] }) => {
    print(context, await planeSession(context).call(pathOf(id), roundDetailSchema));
    return undefined;
  },
});

const run = defineCommand({
  name: "checklist run",
  usage: "<round> [item]",
  summary: "look at the automatic items again",
  details: "Looks at every automatic item of the round, or at one, and records what is seen now.",
  examples: [["assay checklist run rnd_…", "after something was mended"]],
  words: { min: 1, max: 2 },
  exits: { 1: "something is not as it should be" },
  run: async (context, { words: [id = "", item] }) => {
    const body = item === undefined ? {} : { item };
    const detail = await planeSession(context).call(`${pathOf(id)}/run`, roundDetailSchema, { method: "POST", body });
    print(context, detail);
    const automatic = detail.round.items.filter((one) => one.automatic !== null);
    return automatic.every(({ verdict }) => verdict === "passed") ? EXIT.ok : EXIT.failed;
  },
});

const tick = defineCommand({
  name: "checklist tick",
  usage: "<round> <item>",
  summary: "say how an item is, or write a note on it",
  details: `Records your word on an item that a person does: done, or --failed. On an automatic item that is not green, a
note says why the round may be signed off anyway.`,
  examples: [
    ["assay checklist tick rnd_… errors-read", "it is done"],
    ["assay checklist tick rnd_… queue --note 'sale day'", "why it is not green"],
  ],
  options: {
    failed: { kind: "flag", summary: "it is not as it should be" },
    note: { kind: "text", short: "m", value: "TEXT", summary: "what you saw" },
  },
  words: { min: 2, max: 2 },
  exits: { 1: "the plane refused; the reason is printed" },
  run: async (context, { options, words: [id = "", item = ""] }) => {
    const plane = planeSession(context);
    const { round } = await plane.call(pathOf(id), roundDetailSchema);
    const known = round.items.find((one) => one.id === item);
    if (known === undefined) throw new UsageError(`the round has no item ${item}`);
    const verdict = options.failed ? ("failed" as const) : ("passed" as const);
    const body = { note: options.note ?? "", ...(known.automatic === null ? { verdict } : {}) };
    const path = `${pathOf(id)}/items/${encodeURIComponent(item)}`;
    print(context, await plane.call(path, roundDetailSchema, { method: "POST", body }));
    return undefined;
  },
});

const sign = defineCommand({
  name: "checklist sign",
  usage: "<round>",
  summary: "sign a round off",
  details: `Says with your name that everything on the list was done. Refused while an item is open, or not green without a note.
After the deadline the signature is recorded as late, and the alert ends.`,
  examples: [["assay checklist sign rnd_… --note 'all well'", "the end of it"]],
  options: { note: { kind: "text", short: "m", value: "TEXT", summary: "what others should know" } },
  words: { min: 1, max: 1 },
  exits: { 1: "the plane refused; the reason is printed" },
  run: async (context, { options, words: [id = ""] }) => {
    const body = { note: options.note ?? "" };
    print(context, await planeSession(context).call(`${pathOf(id)}/sign`, roundDetailSchema, { method: "POST", body }));
    return undefined;
  },
});

function pathOf(id: string): string {
  return `/api/checklists/rounds/${encodeURIComponent(id)}`;
}

function print({ terminal }: CommandContext, { round, history }: RoundDetailView): void {
  if (terminal.isJson) {
    terminal.printJson({ round, history });
    return;
  }
  const state = terminal.style(STYLES[round.state] ?? "strong", round.state);
  terminal.print(`${printable(round.title)}, ${round.period}: ${state}, due ${round.dueAt}`);
  if (round.signedAt !== null) terminal.print(`signed off by ${round.signedBy} at ${round.signedAt}`);
  for (const { id, title, verdict, remark, last, open } of round.items) {
    const word = verdict ?? "open";
    const seen = [last?.observed, remark === "" ? undefined : `note: ${remark}`].filter(Boolean).join("; ");
    const mark = terminal.style(STYLES[word] ?? "quiet", word.padEnd(12));
    terminal.print(`  ${mark} ${id.padEnd(18)} ${printable(title)}${seen === "" ? "" : ` (${printable(seen)})`}`);
    if (open && verdict !== null) terminal.print(`  ${"".padEnd(12)} ${"".padEnd(18)} wants a note`);
  }
}

export const command = defineCommandGroup({
  name: "checklist",
  summary: "do the routine, and sign it off",
  details:
    "A checklist opens by the clock. Automatic items look for themselves; a person does the rest and signs all of it.",
  commands: { list, show, run, tick, sign },
});
