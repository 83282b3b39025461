import { existsSync } from "node:fs";
import { restoredPath, swapRestored } from "@assay/coinhubx/backups/prepare-restore";
import { defineCommand } from "@assay/platform/command-line/command";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { Failure } from "@assay/primitives/failure";
import { z } from "zod";
import { reportStates } from "../report-states.ts";
import { SYSTEMS } from "../stack/stack.ts";
import { describeStateFolder } from "../stack/state-folder.ts";
import { ask } from "../supervisor-access.ts";

/** The part of a restore that needs the server to stand still; what is put in place was prepared by two people. */
export const swap = defineCommand({
  name: "backup swap",
  usage: "<system>",
  summary: "put a prepared restore in the live database's place",
  details: `Stops the system and its database, puts the copy that the action "backup.restore" prepared in the live folder's place,
and starts everything again. The old folder is kept beside it. Without a prepared copy nothing is stopped.`,
  examples: [["assay backup swap coinhubx", "the last local step of the runbook backup-restore"]],
  words: { min: 1, max: 1 },
  exits: { 1: "there is no prepared copy, or something did not come back" },
  run: async (context, { words: [system = ""] }) => {
    if (!SYSTEMS.some((known) => known === system)) throw new UsageError(`there is no system ${system}`);
    const dataDirectory = describeStateFolder(context.stateDirectory).data(system);
    if (!existsSync(restoredPath(dataDirectory))) {
      const reason = `No restored copy of ${system} is prepared; the runbook backup-restore prepares one.`;
      throw new Failure("NO_RESTORED_COPY", { retryable: false, details: { reason } });
    }
    await ask(context, { command: "stop", names: [system] }, z.null());
    try {
      const { replaced_path } = await swapRestored({ dataDirectory, clock: context.clock });
      if (!context.terminal.isJson) context.terminal.print(`The old data are kept in ${replaced_path}`);
    } finally {
      await ask(context, { command: "start", names: [system] }, z.null());
    }
    return await reportStates(context, [system]);
  },
});
