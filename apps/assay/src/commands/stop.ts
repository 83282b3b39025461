import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { askSupervisor } from "@assay/platform/supervisor/control-client";
import { controlSocketPath } from "@assay/platform/supervisor/control-protocol";
import { Failure } from "@assay/primitives/failure";
import { z } from "zod";
import { reportStates } from "../report-states.ts";
import { ask } from "../supervisor-access.ts";

const LIMIT_MS = 60_000;

export const command = defineCommand({
  name: "stop",
  usage: "[process|group …]",
  summary: "stop processes, or everything",
  details: `Stops processes in an orderly way, those that depend on others first; they stay down until "assay start". Without a
name it ends the whole stack, wherever it was started, as Ctrl-C in its terminal does.`,
  examples: [
    ["assay stop", "end everything"],
    ["assay stop coinhubx-worker", "one process; the rest runs on"],
  ],
  words: { min: 0, max: 50 },
  run: async (context, { words }) => {
    if (words.length === 0 || words.includes("all")) return await endStack(context);
    await ask(context, { command: "stop", names: [...words] }, z.null());
    return await reportStates(context, words);
  },
});

async function endStack(context: CommandContext): Promise<undefined> {
  const { terminal, clock, signal } = context;
  const socketPath = controlSocketPath(context.stateDirectory);
  await ask(context, { command: "shutdown" }, z.null());
  const limitMs = clock.monotonicMs() + LIMIT_MS;
  while (await isRunning(socketPath)) {
    if (clock.monotonicMs() > limitMs) {
      const reason = `The stack has not ended after ${LIMIT_MS / 1_000} s; "assay ps" shows what is left.`;
      throw new Failure("STILL_RUNNING", { retryable: true, details: { reason } });
    }
    await clock.sleep(50, { signal });
  }
  if (terminal.isJson) terminal.printJson({ stopped: true });
  else terminal.print("Everything is stopped.");
}

async function isRunning(socketPath: string): Promise<boolean> {
  return await askSupervisor(socketPath, { command: "describe" }).then(
    () => true,
    () => false,
  );
}
