import { type Command, runCommand, unknownWord } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { VERSION } from "./version.ts";

interface Entry {
  readonly summary: string;
  /** Loaded only when it runs, so that each command starts as fast as if it were alone. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

const SECTIONS: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  "Processes and access": {
    up: { summary: "start everything and stay until Ctrl-C", load: () => import("./commands/up.ts") },
    ps: { summary: "show the processes", load: () => import("./commands/ps.ts") },
    start: { summary: "start processes, or let go of held ones", load: () => import("./commands/start.ts") },
    stop: { summary: "stop processes, or everything", load: () => import("./commands/stop.ts") },
    restart: { summary: "restart processes one after the other", load: () => import("./commands/restart.ts") },
    scale: { summary: "run several replicas of a service", load: () => import("./commands/scale.ts") },
    logs: { summary: "search and follow what processes print", load: () => import("./commands/logs.ts") },
    top: { summary: "show processor and memory use", load: () => import("./commands/top.ts") },
    login: { summary: "sign in to the plane, or get a token for curl", load: () => import("./commands/login.ts") },
    logout: { summary: "end the session of this machine", load: () => import("./commands/logout.ts") },
    curl: { summary: "call a system's API in your name", load: () => import("./commands/curl.ts") },
    sql: { summary: "read a system's database", load: () => import("./commands/sql.ts") },
    doctor: { summary: "find out what is wrong on this machine", load: () => import("./commands/doctor.ts") },
  },
  "The operations plane": {
    manifest: {
      summary: "check manifests of services that are not ours",
      load: () => import("./commands/manifest.ts"),
    },
    runbook: { summary: "lint, read and run runbooks", load: () => import("./commands/runbook.ts") },
    drill: { summary: "break a system and see it heal", load: () => import("./commands/drill.ts") },
    action: { summary: "perform or request an action", load: () => import("./commands/action.ts") },
    approve: { summary: "see and sign what waits for two people", load: () => import("./commands/approve.ts") },
    incident: { summary: "see and move incidents", load: () => import("./commands/incident.ts") },
    checklist: { summary: "do the routine, and sign it off", load: () => import("./commands/checklist.ts") },
    report: { summary: "make and read reports", load: () => import("./commands/report.ts") },
    audit: { summary: "read, export and verify the audit log", load: () => import("./commands/audit.ts") },
  },
  "Copies and proof": {
    backup: { summary: "create, verify, drill and restore backups", load: () => import("./commands/backup.ts") },
    sim: { summary: "run a system's seeded simulator", load: () => import("./commands/sim.ts") },
    bench: { summary: "run the benchmarks", load: () => import("./commands/bench.ts") },
  },
  "What only one system has": {
    coinhubx: {
      summary: "the exchange's books, engine and switches",
      load: () => import("@assay/coinhubx/cli/commands"),
    },
  },
};

export interface Program {
  run(context: CommandContext, args: readonly string[]): Promise<ExitCode>;
}

/** `assay`: finds the command and runs it. */
export function defineProgram(): Program {
  const entries: Readonly<Record<string, Entry>> = Object.assign({}, ...Object.values(SECTIONS));
  return { run: (context, args) => runCommand(dispatcher(entries), context, args) };
}

function dispatcher(entries: Readonly<Record<string, Entry>>): Command {
  return {
    summary: "assay",
    run: async (context, [word, ...rest]) => {
      if (word === undefined || word === "--help" || word === "-h" || word === "help") {
        context.terminal.print(formatOverview(context));
        return word === undefined ? EXIT.usage : EXIT.ok;
      }
      if (word === "--version" || word === "-V") {
        context.terminal.print(VERSION);
        return EXIT.ok;
      }
      const entry = Object.hasOwn(entries, word) ? entries[word] : undefined;
      if (entry === undefined) throw new UsageError(unknownWord("assay ", word, Object.keys(entries)));
      const { command } = await entry.load();
      return await command.run(context, rest);
    },
  };
}

function formatOverview({ terminal }: CommandContext): string {
  const width = Math.max(
    ...Object.values(SECTIONS).flatMap((entries) => Object.keys(entries).map((word) => word.length)),
  );
  const sections = Object.entries(SECTIONS).map(([title, entries]) => {
    const lines = Object.entries(entries).map(([word, { summary }]) => `  ${word.padEnd(width)}   ${summary}`);
    return [terminal.style("quiet", title), ...lines].join("\n");
  });
  return [
    `${terminal.style("strong", "assay <command>")}   runs Assay and the systems it operates`,
    ...sections,
    "Each command answers --help with examples and exit codes, and --json with its result as JSON.",
  ].join("\n\n");
}
