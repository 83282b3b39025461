import { defineCommand } from "@assay/platform/command-line/command";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { MAX_REPLICAS } from "@assay/platform/supervisor/supervisor";
import { z } from "zod";
import { ask, listProcesses } from "../supervisor-access.ts";

export const command = defineCommand({
  name: "scale",
  usage: "<process>=<replicas>",
  summary: "run several replicas of a service",
  details: `Runs as many processes of a service as asked, each on a port of its own; the first keeps its port. With 1 only the
first is left. A market is still matched by one replica at a time; another takes over when that one is gone.`,
  examples: [
    ["assay scale coinhubx-backend=2", "a second backend"],
    ["assay scale coinhubx-backend=1", "back to one"],
  ],
  words: { min: 1, max: 1 },
  run: async (context, { words: [word = ""] }) => {
    const { terminal } = context;
    const match = /^([a-z0-9-]+)=(\d+)$/.exec(word);
    const count = Number(match?.[2]);
    if (match === null || count < 1 || count > MAX_REPLICAS) {
      throw new UsageError(`"${word}" is not of the form process=replicas with 1 to ${MAX_REPLICAS} replicas`);
    }
    const names = await ask(context, { command: "scale", name: match[1]!, count }, z.array(z.string()));
    const replicas = (await listProcesses(context)).filter(({ name }) => names.includes(name));
    if (terminal.isJson) terminal.printJson(replicas);
    else for (const { name, state, address } of replicas) terminal.print(`${name} ${state} at ${address}`);
    return undefined;
  },
});
