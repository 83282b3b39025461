import { defineCommand } from "@assay/platform/command-line/command";
import { z } from "zod";
import { reportStates } from "../report-states.ts";
import { ask } from "../supervisor-access.ts";

export const command = defineCommand({
  name: "restart",
  usage: "<process|group …>",
  summary: "restart processes one after the other",
  details: `Ends each process in an orderly way (it finishes what it began, for up to 10 s) and starts it again; the next one
follows when this one is ready. Of a group, databases and devnets keep running; name them to restart them too.`,
  examples: [
    ["assay restart coinhubx-backend", "one process"],
    ["assay restart frontend", "by its short name"],
    ["assay restart coinhubx", "worker, backend and frontend, in that order"],
  ],
  words: { min: 1, max: 50 },
  exits: { 1: "one of them did not come back; the reason is printed" },
  run: async (context, { words }) => {
    await ask(context, { command: "restart", names: [...words] }, z.null());
    return await reportStates(context, words);
  },
});
