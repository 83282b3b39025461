import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { Failure } from "@assay/primitives/failure";
import { planeSession } from "../plane/plane-session.ts";

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
    search: { kind: "text", short: "q", value: "TEXT", summary: "only entries that hold this text" },
    incident: { kind: "text", value: "ID", summary: "only entries of this incident" },
    lines: { kind: "integer", short: "n", value: "N", min: 1, max: 500, summary: "at most this many (50)" },
  },
  run: async (context, { options }) => {
    const { terminal } = context;
    const { auditPageSchema } = await import("@assay/operations/api/schema/audit");
    const query = new URLSearchParams({ limit: String(options.lines ?? 50) });
    if (options.search !== undefined) query.set("q", options.search);
    if (options.incident !== undefined) query.set("incident", options.incident);
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
  ],
  options: {
    from: { kind: "integer", value: "N", min: 0, max: Number.MAX_SAFE_INTEGER, summary: "the first entry" },
    to: { kind: "integer", value: "N", min: 0, max: Number.MAX_SAFE_INTEGER, summary: "the entry after the last" },
  },
  words: { min: 1, max: 1 },
  run: async (context, { options, words: [file = ""] }) => {
    const query = new URLSearchParams();
    if (options.from !== undefined) query.set("from", String(options.from));
    if (options.to !== undefined) query.set("to", String(options.to));
    const bundle = await planeSession(context).text(`/api/audit/export?${query}`);
    await writeFile(file, bundle, { mode: 0o600 });
    const sizeBytes = Buffer.byteLength(bundle);
    if (context.terminal.isJson) context.terminal.printJson({ file, sizeBytes });
    else context.terminal.print(`${file}: ${sizeBytes} bytes; verify it with "assay audit verify ${file}".`);
    return undefined;
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
  CHECKPOINT_NOT_COMPARABLE: "the earlier checkpoint is of another log, or lies outside the bundle's entries",
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
  ],
  options: {
    key: { kind: "text", value: "KEY", summary: "the plane's verifier key, as printed in the console" },
    earlier: { kind: "text", value: "FILE", summary: "a checkpoint kept from before" },
  },
  words: { min: 1, max: 1 },
  exits: { 1: "it does not verify; the reason is printed", 2: "there is no such file" },
  run: async (context, { options, words: [file = ""] }) => {
    const { terminal } = context;
    const { verifyBundle } = await import("@assay/operations/audit/verify-bundle");
    const verified = await verifyBundle(readFileChunks(file), {
      ...(options.key === undefined ? {} : { verifierKey: options.key }),
      ...(options.earlier === undefined ? {} : { earlier: await readText(options.earlier) }),
    });
    if (!verified.ok) {
      const { code, ...where } = verified.refusal;
      const reason = REFUSALS[code] ?? code;
      if (terminal.isJson) terminal.printJson({ verified: false, code, reason, ...where });
      else
        terminal.print(
          terminal.style(
            "bad",
            `${file} does not verify: ${reason} (${[code, ...Object.entries(where).flat()].join(" ")}).`,
          ),
        );
      return EXIT.failed;
    }
    if (terminal.isJson) terminal.printJson({ verified: true, ...verified.value });
    else terminal.print(sentenceOf(file, verified.value, terminal.style("good", "verifies")));
    return EXIT.ok;
  },
});

function sentenceOf(
  file: string,
  bundle: {
    from: number;
    to: number;
    size: number;
    origin: string;
    root: string;
    verifierKey: string;
    keyPinned: boolean;
  },
  verifies: string,
): string {
  const { from, to, size, origin, root, verifierKey, keyPinned } = bundle;
  const signed = keyPinned ? "with the key you gave" : `with ${verifierKey}; give --key to say whom you trust`;
  return `${file} ${verifies}: entries ${from} to ${to - 1} of the ${size} in the log ${origin}.\nroot ${root}\nsigned ${signed}`;
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
  commands: { list, export: exportBundle, checkpoint, verify },
});
