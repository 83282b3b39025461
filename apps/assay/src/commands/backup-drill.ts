import type { BackupRunView } from "@assay/operations/api/schema/backups";
import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { formatTable } from "@assay/platform/command-line/terminal";
import { doBackupRun, readBackups } from "../backup/backup-runs.ts";
import { formatDuration } from "../format.ts";

/** What the plane knows of every system's copies. */
export const inventory = defineCommand({
  name: "backup inventory",
  summary: "show every system's copies and what a loss would cost now",
  details:
    "Shows for each backup of each system the newest verified copy, what a restore would lose now, and how long the last restore drill took.",
  examples: [["assay backup inventory", "could we lose something?"]],
  exits: { 1: "something is wrong with a backup, or it cannot be told" },
  run: async (context) => {
    const { terminal } = context;
    const backups = await readBackups(context);
    const isGood = backups.every(({ unreadable, problems }) => unreadable === null && problems.length === 0);
    if (terminal.isJson) {
      terminal.printJson(backups);
      return isGood ? EXIT.ok : EXIT.failed;
    }
    const measured = (ms: number | null | undefined) => (ms == null ? "not known" : formatDuration(ms));
    terminal.print(
      formatTable(
        terminal,
        [
          { title: "SYSTEM", text: ({ system }) => system },
          { title: "BACKUP", text: ({ name }) => name },
          { title: "COPIES", text: ({ copies, unreadable }) => (unreadable === null ? String(copies.length) : "?") },
          {
            title: "NEWEST VERIFIED",
            text: ({ copies }) => copies.find(({ verification }) => verification === "passed")?.name ?? "none",
          },
          { title: "WOULD LOSE", text: ({ rpo }) => measured(rpo?.measuredMs), align: "right" },
          { title: "RESTORE TOOK", text: ({ rto }) => measured(rto?.measuredMs), align: "right" },
        ],
        backups,
      ),
    );
    for (const { problems, unreadable, title } of backups) {
      if (unreadable !== null) terminal.print(terminal.style("warning", `${title}: cannot be told, ${unreadable}`));
      for (const { name, summary } of problems) terminal.print(terminal.style("bad", `${name} ${summary}`));
    }
    return isGood ? EXIT.ok : EXIT.failed;
  },
});

/** Restores into a scratch place and measures. */
export const drill = defineCommand({
  name: "backup drill",
  usage: "<system> [backup|latest]",
  summary: "restore one into a scratch place and measure",
  details: `Restores a copy, and what was archived since, beside the live data; compares it with them, measures what would be
lost and how long it takes, and removes it again. The live data are only read.`,
  examples: [["assay backup drill coinhubx", "what if we lost it now?"]],
  words: { min: 1, max: 2 },
  exits: { 1: "it failed, or could not be made" },
  run: async (context, { words: [system = "", copy = "latest"] }) => {
    const { terminal } = context;
    const run = await doBackupRun(context, system, { what: "drill", copy });
    if (terminal.isJson) terminal.printJson(run);
    else terminal.print(words(run));
    return run.verdict === "passed" ? EXIT.ok : EXIT.failed;
  },
});

function words({ copy, verdict, reason, facts }: BackupRunView): string {
  const { rto_ms: took, rpo_ms: lost, rows_compared: rows } = facts;
  if (verdict !== "passed") return `${copy} ${verdict}: ${reason ?? "no reason was given"}`;
  return `${copy} passed: restored and compared in ${took} ms (RTO), ${lost} ms would be lost (RPO), ${rows} rows compared`;
}
