import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { z } from "zod";
import { callSystem } from "../system-call.ts";
import { command as requestAction } from "./action.ts";
import { drill, inventory } from "./backup-drill.ts";
import { swap } from "./backup-swap.ts";

const TIMEOUT_MS = 30 * 60_000;

const backupSchema = z.object({
  name: z.string(),
  created_at: z.string(),
  size_mb: z.number(),
  verified_at: z.string().nullable(),
  sha256: z.string(),
});
const listSchema = z.object({ backups: z.array(backupSchema) });
const createdSchema = z.object({
  backup: z.object({ backup_name: z.string(), size_mb: z.number(), status: z.string() }),
});

const list = defineCommand({
  name: "backup list",
  usage: "<system>",
  summary: "show the backups of a system",
  details:
    "Shows each backup with its age and whether it was verified. A copy that was never verified is not yet a backup.",
  examples: [["assay backup list coinhubx", "what is there?"]],
  words: { min: 1, max: 1 },
  run: async (context, { words: [system = ""] }) => {
    const { terminal } = context;
    const { backups } = await callSystem(context, { system, path: "/api/backups", schema: listSchema });
    if (terminal.isJson) terminal.printJson(backups);
    else if (backups.length === 0) terminal.print("There is none.");
    else {
      terminal.print(
        formatTable(
          terminal,
          [
            { title: "BACKUP", text: ({ name }) => name },
            { title: "CREATED", text: ({ created_at }) => created_at },
            { title: "SIZE", text: ({ size_mb }) => `${size_mb.toFixed(1)} MB`, align: "right" },
            { title: "VERIFIED", text: ({ verified_at }) => verified_at ?? "never", style: verifiedStyle },
          ],
          backups,
        ),
      );
    }
    return undefined;
  },
});

const create = defineCommand({
  name: "backup create",
  usage: "<system>",
  summary: "make a backup while the system runs",
  details: "Copies the database without stopping it. Verify it afterwards: only a restore shows that it can be used.",
  examples: [["assay backup create coinhubx && assay backup verify coinhubx latest", "make and verify one"]],
  words: { min: 1, max: 1 },
  run: async (context, { words: [system = ""] }) => {
    const { backup } = await createBackup(context, system);
    if (context.terminal.isJson) context.terminal.printJson(backup);
    else context.terminal.print(`${backup.backup_name} (${backup.size_mb.toFixed(1)} MB) ${backup.status}`);
    return undefined;
  },
});

const verify = defineCommand({
  name: "backup verify",
  usage: "<system> <backup|latest>",
  summary: "restore one beside and compare",
  details: `Restores the backup into a scratch database, compares and checks it, and removes it again. A verification that could not
run never counts as passing.`,
  examples: [["assay backup verify coinhubx latest", "the newest one"]],
  words: { min: 2, max: 2 },
  exits: { 1: "it is damaged, or could not be verified" },
  run: async (context, { words: [system = "", name = ""] }) => {
    const { isVerified, answer } = await verifyBackup(context, system, name);
    if (context.terminal.isJson) context.terminal.printJson(answer);
    else context.terminal.print(`${name} ${isVerified ? "verified" : `not verified: ${JSON.stringify(answer)}`}`);
    return isVerified ? EXIT.ok : EXIT.failed;
  },
});

const test = defineCommand({
  name: "backup test",
  usage: "<system>",
  summary: "create one, verify it, say how long it took",
  details:
    "The whole way in one command: create, restore beside, compare, remove the scratch copy. The backup is kept.",
  examples: [["assay backup test coinhubx", "does it all work?"]],
  words: { min: 1, max: 1 },
  exits: { 1: "some part of it failed" },
  run: async (context, { words: [system = ""] }) => {
    const { terminal, clock } = context;
    const startedMs = clock.monotonicMs();
    const { backup } = await createBackup(context, system);
    const createdMs = clock.monotonicMs();
    const { isVerified, answer } = await verifyBackup(context, system, backup.backup_name);
    const createMs = Math.round(createdMs - startedMs);
    const verifyMs = Math.round(clock.monotonicMs() - createdMs);
    if (terminal.isJson) terminal.printJson({ ...backup, verified: isVerified, createMs, verifyMs, answer });
    else {
      const verdict = isVerified ? terminal.style("good", "verified") : terminal.style("bad", "not verified");
      terminal.print(
        `${backup.backup_name} ${verdict}: created in ${createMs} ms, restored and compared in ${verifyMs} ms`,
      );
    }
    return isVerified ? EXIT.ok : EXIT.failed;
  },
});

const restore = defineCommand({
  name: "backup restore",
  usage: "<system> <backup>",
  summary: "ask another person to agree to a restore",
  details: `Requests the action that restores a backup beside the live database and verifies it. Another person signs it with
"assay approve"; then "assay backup swap" puts the copy in place. The runbook backup-restore does all of it step by step,
and is what you want at night.`,
  examples: [
    ["assay backup restore coinhubx backup_20260301_040000 --reason 'damaged'", "ask for it"],
    ["assay runbook run backup-restore -p backup=backup_20260301_040000", "the whole way"],
  ],
  options: {
    reason: { kind: "text", short: "r", value: "TEXT", summary: "why; it is recorded" },
    totp: { kind: "text", value: "CODE", summary: "the six digits, instead of being asked" },
  },
  words: { min: 2, max: 2 },
  exits: { 1: "the plane refused; the reason is printed" },
  run: async (context, { options, words: [system = "", name = ""] }) => {
    if (options.reason === undefined) throw new UsageError("say why: --reason 'text'");
    const params = [`name=${JSON.stringify(name)}`, `reason=${JSON.stringify(options.reason)}`];
    const totp = options.totp === undefined ? [] : ["--totp", options.totp];
    const args = [`${system}.backup.restore`, ...params.flatMap((param) => ["--param", param])];
    return await requestAction.run(context, [...args, "--reason", options.reason, ...totp]);
  },
});

async function createBackup(context: CommandContext, system: string) {
  const request = { method: "POST", body: {}, timeoutMs: TIMEOUT_MS } as const;
  return await callSystem(context, { system, path: "/api/backups/create", schema: createdSchema, request });
}

async function verifyBackup(context: CommandContext, system: string, name: string) {
  const found = name === "latest" ? await newest(context, system) : name;
  const path = `/api/backups/${encodeURIComponent(found)}/verify`;
  const request = { method: "POST", body: {}, timeoutMs: TIMEOUT_MS } as const;
  const answer = await callSystem(context, { system, path, schema: createdSchema, request });
  return { isVerified: answer.backup.status === "verified", answer };
}

async function newest(context: CommandContext, system: string): Promise<string> {
  const { backups } = await callSystem(context, { system, path: "/api/backups", schema: listSchema });
  const [first] = backups.toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1));
  if (first === undefined) throw new UsageError(`${system} has no backup`);
  return first.name;
}

function verifiedStyle({ verified_at }: z.infer<typeof backupSchema>) {
  return verified_at === null ? ("warning" as const) : ("good" as const);
}

export const command = defineCommandGroup({
  name: "backup",
  summary: "create, list, verify, drill and restore backups",
  details:
    "Copies of a system's database. Restoring the live one is an action for two people, in the runbook backup-restore.",
  commands: { inventory, list, create, verify, test, drill, restore, swap },
});
