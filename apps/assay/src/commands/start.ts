import { defineCommand } from "@assay/platform/command-line/command";
import { z } from "zod";
import { reportStates } from "../report-states.ts";
import { ask } from "../supervisor-access.ts";

export const command = defineCommand({
  name: "start",
  usage: "<process|group …>",
  summary: "start processes, or let go of held ones",
  details: `Starts processes of the running stack, each after what it depends on, and returns when they are ready. A process that
a fault or "assay stop" keeps down comes back with this and with nothing else.`,
  examples: [
    ["assay start coinhubx-postgres", "bring the exchange's database back"],
    ["assay start coinhubx", "everything of one system"],
  ],
  words: { min: 1, max: 50 },
  exits: { 1: "one of them cannot become ready; the reason is printed" },
  run: async (context, { words }) => {
    await ask(context, { command: "start", names: [...words] }, z.null());
    return await reportStates(context, words);
  },
});
