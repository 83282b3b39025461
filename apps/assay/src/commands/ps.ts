import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { type Column, formatTable, type Style } from "@assay/platform/command-line/terminal";
import { formatDuration } from "../format.ts";
import { listProcesses, type ProcessRow } from "../supervisor-access.ts";

export const command = defineCommand({
  name: "ps",
  usage: "[process|group …]",
  summary: "show the processes",
  details: `Shows each process of the running stack: whether it is ready, for how long it runs, how often it was restarted,
and, when it is not ready, why.`,
  examples: [
    ["assay ps", "everything"],
    ["assay ps coinhubx", "one system"],
    ["assay ps --json | jq '.[] | select(.state != \"ready\")'", "for a script"],
  ],
  words: { min: 0, max: 50 },
  exits: { 1: "some of them are not ready" },
  run: async (context, { words }) => {
    const { terminal, clock } = context;
    const processes = await listProcesses(context, words);
    if (processes.length === 0)
      throw new UsageError(`no process is called ${words.join(" or ")}; "assay ps" shows all`);
    if (terminal.isJson) terminal.printJson(processes);
    else terminal.print(formatTable(terminal, columns(clock.now()), processes));
    return processes.every(({ state }) => state === "ready") ? EXIT.ok : EXIT.failed;
  },
});

const STATE_STYLES: Readonly<Partial<Record<ProcessRow["state"], Style>>> = {
  ready: "good",
  starting: "warning",
  stopping: "warning",
  held: "warning",
  unready: "bad",
  waiting: "bad",
  failed: "bad",
};

function columns(now: number): Column<ProcessRow>[] {
  return [
    { title: "PROCESS", text: ({ name }) => name },
    { title: "STATE", text: ({ state }) => state, style: ({ state }) => STATE_STYLES[state] },
    { title: "PID", text: ({ pid }) => String(pid ?? "–"), align: "right" },
    {
      title: "UPTIME",
      text: ({ startedAt }) => (startedAt === undefined ? "–" : formatDuration(now - startedAt)),
      align: "right",
    },
    { title: "RESTARTS", text: ({ restarts }) => String(restarts), align: "right" },
    { title: "VERSION", text: ({ version }) => version ?? "–" },
    { title: "ADDRESS", text: ({ address }) => address || "–" },
    { title: "WHY", text: ({ reason }) => reason ?? "", style: () => "quiet" },
  ];
}
