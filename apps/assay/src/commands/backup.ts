import type { BackupCopyView, BackupRunView } from "@assay/operations/api/schema/backups";
import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { doBackupRun, findBackup, verifyNewCopy } from "../backup/backup-runs.ts";
import { command as requestAction } from "./action.ts";
import { drill, inventory } from "./backup-drill.ts";
import { swap } from "./backup-swap.ts";

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
    const { copies, unreadable } = await findBackup(context, system);
    if (unreadable !== null) throw new UsageError(`the copies of ${system} cannot be told: ${unreadable}`);
    if (terminal.isJson) terminal.printJson(copies);
    else if (copies.length === 0) terminal.print("There is none.");
    else {
      terminal.print(
        formatTable(
          terminal,
          [
            { title: "BACKUP", text: ({ name }) => name },
            { title: "CREATED", text: ({ createdAt }) => createdAt },
            { title: "SIZE", text: ({ sizeBytes }) => megabytes(sizeBytes), align: "right" },
            { title: "VERIFIED", text: verifiedWords, style: verifiedStyle },
            { title: "SECOND LOCATION", text: ({ second }) => second?.status ?? "not configured" },
          ],
          copies,
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
  details: `Copies the data without stopping the system. The plane goes on to verify it: only a restore shows that it can be
used.`,
  examples: [["assay backup create coinhubx && assay backup verify coinhubx latest", "make and verify one"]],
  words: { min: 1, max: 1 },
  exits: { 1: "it was not made" },
  run: async (context, { words: [system = ""] }) => {
    const run = await doBackupRun(context, system, { what: "create" });
    if (context.terminal.isJson) context.terminal.printJson({ backup_name: run.copy, ...run });
    else context.terminal.print(`${run.copy} ${outcome(run, "created")}`);
    return run.verdict === "passed" ? EXIT.ok : EXIT.failed;
  },
});

const verify = defineCommand({
  name: "backup verify",
  usage: "<system> <backup|latest>",
  summary: "restore one beside and compare",
  details: `Restores the backup into a scratch place, compares and checks it, and removes it again. A verification that could not
run never counts as passing.`,
  examples: [["assay backup verify coinhubx latest", "the newest one"]],
  words: { min: 2, max: 2 },
  exits: { 1: "it is damaged, or could not be verified" },
  run: async (context, { words: [system = "", copy = ""] }) => {
    const run = await doBackupRun(context, system, { what: "verify", copy });
    if (context.terminal.isJson) context.terminal.printJson(run);
    else context.terminal.print(`${run.copy ?? copy} ${outcome(run, "verified")}`);
    return run.verdict === "passed" ? EXIT.ok : EXIT.failed;
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
    const made = await doBackupRun(context, system, { what: "create" });
    const createdMs = clock.monotonicMs();
    const createMs = Math.round(createdMs - startedMs);
    if (made.verdict !== "passed" || made.copy === null) {
      terminal.print(outcome(made, "created"));
      return EXIT.failed;
    }
    const checked = await verifyNewCopy(context, system, made.copy);
    const verifyMs = Math.round(clock.monotonicMs() - createdMs);
    const verified = checked.verdict === "passed";
    if (terminal.isJson) terminal.printJson({ backup_name: made.copy, verified, createMs, verifyMs, run: checked });
    else {
      const verdict = terminal.style(verified ? "good" : "bad", outcome(checked, "verified"));
      terminal.print(`${made.copy} ${verdict}: created in ${createMs} ms, restored and compared in ${verifyMs} ms`);
    }
    return verified ? EXIT.ok : EXIT.failed;
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

function outcome({ verdict, reason }: BackupRunView, good: string): string {
  return verdict === "passed" ? good : `not ${good}: ${verdict}, ${reason ?? "no reason was given"}`;
}

function megabytes(bytes: number | null): string {
  return bytes === null ? "?" : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function verifiedWords({ verification, verifiedAt }: BackupCopyView): string {
  return verification === "passed" ? (verifiedAt ?? verification) : verification;
}

function verifiedStyle({ verification }: BackupCopyView) {
  return verification === "passed" ? ("good" as const) : ("warning" as const);
}

export const command = defineCommandGroup({
  name: "backup",
  summary: "create, list, verify, drill and restore backups",
  details:
    "Copies of a system's database. Restoring the live one is an action for two people, in the runbook backup-restore.",
  commands: { inventory, list, create, verify, test, drill, restore, swap },
});
