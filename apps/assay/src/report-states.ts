import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { listProcesses } from "./supervisor-access.ts";

/** Says in which state the named processes are after a command. */
export async function reportStates(context: CommandContext, names: readonly string[]): Promise<ExitCode> {
  const { terminal } = context;
  const processes = await listProcesses(context, names);
  if (terminal.isJson) terminal.printJson(processes.map(({ name, state, pid }) => ({ name, state, pid })));
  else for (const { name, state } of processes) terminal.print(`${name} ${state}`);
  return EXIT.ok;
}
