import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { fromHex } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { verifyConsistency } from "@assay/primitives/merkle";
import { planeSession } from "../plane/plane-session.ts";

/** What is meant, the same for reading and exporting. */
const FILTER_OPTIONS = {
  search: { kind: "text", short: "q", value: "TEXT", summary: "only entries that hold this text" },
  incident: { kind: "text", value: "ID", summary: "only entries of this incident" },
  action: { kind: "text", value: "NAME", summary: "only actions that begin with this" },
  actor: { kind: "text", value: "ID", summary: "only what this person or system did" },
  target: { kind: "text", value: "TEXT", summary: "only what was done to this" },
  since: { kind: "text", value: "TIME", summary: "recorded then or later, as 2026-01-31T12:00:00Z" },
  until: { kind: "text", value: "TIME", summary: "recorded before then" },
} as const;

type FilterWords = { readonly [Name in keyof typeof FILTER_OPTIONS]?: string | undefined };

function filterQuery({ search, ...words }: FilterWords): URLSearchParams {
  const given = Object.entries({ q: search, ...words }).filter(
    (word): word is [string, string] => word[1] !== undefined,
  );
  return new URLSearchParams(given);
}

const list = defineCommand({
  name: "audit list",
  summary: "show the newest entries",
  details:
    "Shows who did what, newest first. Attacker-controlled text is printed with its control characters replaced.",
  examples: [
    ["assay audit list", "the last fifty"],
    ["assay audit list --search trading.enable", "with a text anywhere in the entry"],
    ["assay audit list --incident INC-7", "of one incident"],
  ],
  options: {
    ...FILTER_OPTIONS,
    lines: { kind: "integer", short: "n", value: "N", min: 1, max: 500, summary: "at most this many (50)" },
  },
  run: async (context, { options }) => {
    const { terminal } = context;
    const { auditPageSchema } = await import("@assay/operations/api/schema/audit");
    const { lines, ...words } = options;
    const query = filterQuery(words);
    query.set("limit", String(lines ?? 50));
    const { entries } = await planeSession(context).call(`/api/audit?${query}`, auditPageSchema);
    if (terminal.isJson) {
      terminal.printJson(entries);
      return undefined;
    }
    const columns = [
      { title: "ENTRY", text: (entry: (typeof entries)[number]) => String(entry.sequence), align: "right" as const },
      { title: "AT", text: (entry: (typeof entries)[number]) => entry.at },
      { title: "WHO", text: (entry: (typeof entries)[number]) => `${entry.actor.kind} ${entry.actor.name}` },
      { title: "WHAT", text: (entry: (typeof entries)[number]) => entry.action },
      { title: "TARGET", text: (entry: (typeof entries)[number]) => entry.target },
      { title: "DETAILS", text: (entry: (typeof entries)[number]) => JSON.stringify(entry.details) },
    ];
    terminal.print(formatTable(terminal, columns, entries));
    return undefined;
  },
});

const exportBundle = defineCommand({
  name: "audit export",
  usage: "<file>",
  summary: "save entries with their proofs",
  details: `Saves entries, the proofs that they stand in the log, and a signed checkpoint in one file that anybody can verify
without a server. The export itself is an entry of the log.`,
  examples: [
    ["assay audit export bundle.json", "the whole log"],
    ["assay audit export week.json --from 1200 --to 1900", "entries 1200 to 1899"],
    ["assay audit export stops.json --action coinhubx.trading", "these alone; the rest as hashes"],
    ["assay audit export new.json --grown-since 1200", "with the proof that the log of 1200 entries only grew"],
  ],
  options: {
    from: { kind: "integer", value: "N", min: 0, max: Number.MAX_SAFE_INTEGER, summary: "the first entry" },
    to: { kind: "integer", value: "N", min: 0, max: Number.MAX_SAFE_INTEGER, summary: "the entry after the last" },
    "grown-since": {
      kind: "integer",
      value: "N",
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      summary: "size of an earlier checkpoint",
    },
    ...FILTER_OPTIONS,
  },
  words: { min: 1, max: 1 },
  run: async (context, { options, words: [file = ""] }) => {
    const { from, to, "grown-since": grownSince, ...words } = options;
    const query = filterQuery(words);
    for (const [name, value] of Object.entries({ from, to, grownSince })) {
      if (value !== undefined) query.set(name, String(value));
    }
    const bundle = await planeSession(context).text(`/api/audit/export?${query}`);
    await writeFile(file, bundle, { mode: 0o600 });
    const sizeBytes = Buffer.byteLength(bundle);
    if (context.terminal.isJson) context.terminal.printJson({ file, sizeBytes });
    else context.terminal.print(`${file}: ${sizeBytes} bytes; verify it with "assay audit verify ${file}".`);
    return undefined;
  },
});

const compare = defineCommand({
  name: "audit compare",
  usage: "<size> [root]",
  summary: "does the log begin with an earlier one?",
  details: `Asks for the proof that the log as it stands begins with the log of that many entries, checks it here, and compares the
root with one that you kept.`,
  examples: [["assay audit compare 1200 9f3c…", "is it still the log of which you noted the root?"]],
  words: { min: 1, max: 2 },
  exits: { 1: "the proof does not hold, or the root was another one" },
  run: async (context, { words: [size = "", kept] }) => {
    if (!/^\d{1,15}$/.test(size)) throw new UsageError(`"${size}" is no size`);
    const { consistencySchema } = await import("@assay/operations/api/schema/audit");
    const path = `/api/audit/consistency?from=${size}`;
    const { from, to, fromRoot, toRoot, proof } = await planeSession(context).call(path, consistencySchema);
    const claim = { oldSize: from, oldRoot: fromHex(kept ?? fromRoot), size: to, root: fromHex(toRoot) };
    const holds = verifyConsistency({ ...claim, proof: proof.map(fromHex) });
    if (context.terminal.isJson) context.terminal.printJson({ holds, from, to, fromRoot, toRoot });
    else if (holds)
      context.terminal.print(`The log of ${to} entries begins with the one of ${from}.\nroot ${fromRoot}`);
    else
      context.terminal.print(
        `The log of ${to} entries does NOT begin with that one of ${from}; its root is ${fromRoot}.`,
      );
    return holds ? EXIT.ok : EXIT.failed;
  },
});

const checkpoint = defineCommand({
  name: "audit checkpoint",
  summary: "print the newest signed checkpoint",
  details: `Prints the size and root of the log with the plane's signature. Keep it somewhere else: a later export must extend it,
which "assay audit verify --earlier" checks.`,
  examples: [["assay audit checkpoint > checkpoint.txt", "keep it"]],
  run: async (context) => {
    const { checkpointSchema } = await import("@assay/operations/api/schema/audit");
    const newest = await planeSession(context).call("/api/audit/checkpoint", checkpointSchema);
    if (context.terminal.isJson) context.terminal.printJson(newest);
    else context.terminal.print(newest.note.replace(/\n$/, ""));
    return undefined;
  },
});

const REFUSALS: Readonly<Record<string, string>> = {
  BUNDLE_MALFORMED: "the file is no export bundle, or it was changed",
  KEY_NOT_TRUSTED: "it was signed with another key than the one given",
  CHECKPOINT_NOT_SIGNED: "its checkpoint is not signed by the key that it names",
  ROOT_DIFFERS: "its entries are not those that were signed",
  CHECKPOINT_CONTRADICTED: "it contradicts the earlier checkpoint: the log was rewritten",
  CHECKPOINT_NOT_COMPARABLE:
    "the earlier checkpoint is of another log, is later, or lies outside the bundle's entries; export with --grown-since",
};

const verify = defineCommand({
  name: "audit verify",
  usage: "<bundle.json>",
  summary: "check an export without any server",
  details: `Checks that every entry of an export stands in the signed log exactly as it is. It needs nothing but the file. Give the
key you trust, or it can only say that whoever holds the key inside the file signed it.`,
  examples: [
    ["assay audit verify bundle.json", "is it consistent?"],
    ["assay audit verify bundle.json --key 'assay+1a2b…'", "and signed by our plane?"],
    ["assay audit verify bundle.json --earlier checkpoint.txt", "and does it extend what was signed before?"],
    ["assay audit verify new.json --since old.json", "did the log only grow between two exports?"],
  ],
  options: {
    key: { kind: "text", value: "KEY", summary: "the plane's verifier key, as printed in the console" },
    earlier: { kind: "text", value: "FILE", summary: "a checkpoint kept from before" },
    since: { kind: "text", value: "FILE", summary: "an export from before; it is verified as well" },
  },
  words: { min: 1, max: 1 },
  exits: { 1: "it does not verify; the reason is printed", 2: "there is no such file" },
  run: async (context, { options, words: [file = ""] }) => {
    const { terminal } = context;
    const { key, earlier, since } = options;
    if (earlier !== undefined && since !== undefined) throw new UsageError("give --earlier or --since, not both");
    const { verifyBundle } = await import("@assay/operations/audit/verify-bundle");
    const trusted = key === undefined ? {} : { verifierKey: key };
    if (since !== undefined) {
      const old = await verifyBundle(readFileChunks(since), trusted);
      if (!old.ok) return reportRefusal(terminal, since, old.refusal);
    }
    const kept = since === undefined ? earlier && (await readText(earlier)) : await checkpointOf(since);
    const wanted = { ...trusted, ...(kept === undefined ? {} : { earlier: kept }) };
    const verified = await verifyBundle(readFileChunks(file), wanted);
    if (!verified.ok) return reportRefusal(terminal, file, verified.refusal);
    if (terminal.isJson) terminal.printJson({ verified: true, ...verified.value });
    else {
      terminal.print(sentenceOf(file, verified.value, terminal.style("good", "verifies")));
      if (since !== undefined)
        terminal.print(`The log only grew since ${since}: ${kept!.split("\n")[1]} entries then.`);
    }
    return EXIT.ok;
  },
});

function reportRefusal(
  terminal: CommandContext["terminal"],
  file: string,
  { code, ...where }: { readonly code: string },
): ExitCode {
  const reason = REFUSALS[code] ?? code;
  if (terminal.isJson) terminal.printJson({ verified: false, file, code, reason, ...where });
  else {
    const facts = [code, ...Object.entries(where).flat()].join(" ");
    terminal.print(terminal.style("bad", `${file} does not verify: ${reason} (${facts}).`));
  }
  return EXIT.failed;
}

/** The checkpoint inside an export that was found good. */
async function checkpointOf(file: string): Promise<string> {
  const { parseBundleHeader } = await import("@assay/operations/audit/bundle-header");
  const [line = ""] = (await readText(file)).split("\n", 1);
  const header = parseBundleHeader(line);
  if (header === undefined) throw new UsageError(`${file} is no export`);
  return header.checkpoint;
}

function sentenceOf(
  file: string,
  bundle: {
    from: number;
    to: number;
    size: number;
    origin: string;
    root: string;
    verifierKey: string;
    omitted: number;
    keyPinned: boolean;
  },
  verifies: string,
): string {
  const { from, to, size, origin, root, omitted, verifierKey, keyPinned } = bundle;
  const signed = keyPinned ? "with the key you gave" : `with ${verifierKey}; give --key to say whom you trust`;
  const left = omitted === 0 ? "" : ` ${omitted} of them stand with their hash alone.`;
  return `${file} ${verifies}: entries ${from} to ${to - 1} of the ${size} in the log ${origin}.${left}\nroot ${root}\nsigned ${signed}`;
}

async function* readFileChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function readText(file: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readFileChunks(file)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function unreadable(file: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return new UsageError(`there is no file ${file}`);
  return new Failure("FILE_UNREADABLE", { retryable: false, cause: error, details: { reason: `${file}: ${message}` } });
}

export const command = defineCommandGroup({
  name: "audit",
  summary: "read, export and verify the audit log",
  details: "The log of everything that people and systems did: append-only, hashed into a tree, signed every minute.",
  commands: { list, export: exportBundle, checkpoint, compare, verify },
});
