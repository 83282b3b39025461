import { defineCommand } from "@assay/platform/command-line/command";
import { type Column, formatTable } from "@assay/platform/command-line/terminal";
import { z } from "zod";
import { formatBytes } from "../format.ts";
import { ask } from "../supervisor-access.ts";

const usageSchema = z.object({
  name: z.string(),
  pid: z.int(),
  cpuCores: z.number(),
  memoryBytes: z.number(),
  processes: z.int(),
});
type Usage = z.infer<typeof usageSchema>;

export const command = defineCommand({
  name: "top",
  summary: "show processor and memory use",
  details: `Measures for half a second what each process of the running stack uses, together with everything it started. Memory
that processes share is divided among them, so the sum is what the machine gives.`,
  examples: [
    ["assay top", "once"],
    ["assay top --watch", "again and again, until Ctrl-C"],
  ],
  options: { watch: { kind: "flag", short: "w", summary: "repeat every two seconds" } },
  run: async (context, { options }) => {
    const { terminal, clock, signal } = context;
    do {
      const usage = await ask(context, { command: "usage" }, z.array(usageSchema));
      if (terminal.isJson) terminal.printJson(usage);
      else terminal.print(`${formatTable(terminal, COLUMNS, [...usage, total(usage)])}\n`);
      if (options.watch) await clock.sleep(2_000, { signal });
    } while (options.watch);
    return undefined;
  },
});

const COLUMNS: readonly Column<Omit<Usage, "pid"> & { pid: number | undefined }>[] = [
  { title: "PROCESS", text: ({ name }) => name },
  { title: "PID", text: ({ pid }) => String(pid ?? ""), align: "right" },
  { title: "CPU", text: ({ cpuCores }) => `${Math.round(cpuCores * 100)} %`, align: "right" },
  { title: "MEMORY", text: ({ memoryBytes }) => formatBytes(memoryBytes), align: "right" },
  { title: "PROCESSES", text: ({ processes }) => String(processes), align: "right" },
];

function total(usage: readonly Usage[]): Omit<Usage, "pid"> & { pid: undefined } {
  const sum = (of: (row: Usage) => number) => usage.reduce((result, row) => result + of(row), 0);
  return {
    name: "all",
    pid: undefined,
    cpuCores: sum((row) => row.cpuCores),
    memoryBytes: sum((row) => row.memoryBytes),
    processes: sum((row) => row.processes),
  };
}
