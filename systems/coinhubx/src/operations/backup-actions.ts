import type { RefusalOfRoute } from "@assay/platform/http/route";
import type { JsonObject } from "@assay/primitives/json";
import { type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type Action, action } from "./action.ts";

export interface BackupActionsOptions {
  readonly createBackup: () => Promise<Result<JsonObject, RefusalOfRoute<string>>>;
  readonly verifyBackup: (name: string) => Promise<Result<JsonObject, RefusalOfRoute<string>>>;
  /** Prepares the restored data folder beside the live one and hands over to whoever swaps them. */
  readonly restoreBackup: (
    name: string,
    context: { readonly by: string },
  ) => Promise<Result<JsonObject, RefusalOfRoute<string>>>;
  readonly refusals: Readonly<Record<string, number>>;
}

const name = z.string().regex(/^backup_\d{8}_\d{6}$/, "a backup's name");

export function backupActions(options: BackupActionsOptions): Action[] {
  const { refusals } = options;
  return [
    action({
      name: "coinhubx.backup.create",
      title: "Make a backup",
      effect: "write",
      params: z.strictObject({}),
      sentence: "Copy the database now",
      blastRadius: "Reads the disk for some seconds.",
      people: 1,
      roles: ["operator"],
      direction: "neutral",
      undo: "The oldest backup beyond seven is removed by itself.",
      refusals,
      perform: () => options.createBackup(),
    }),
    action({
      name: "coinhubx.backup.verify",
      title: "Verify a backup",
      effect: "write",
      params: z.strictObject({ name }),
      sentence: "Restore {name} into a scratch cluster and compare it",
      blastRadius: "A second database runs for some seconds.",
      people: 1,
      roles: ["operator"],
      direction: "neutral",
      undo: "Nothing to undo.",
      refusals,
      perform: (params) => options.verifyBackup(params.name),
    }),
    action({
      name: "coinhubx.backup.restore",
      title: "Restore a backup",
      effect: "danger",
      params: z.strictObject({ name, reason: z.string().min(1).max(500) }),
      sentence: "Replace the live database by {name} and the log archived since",
      blastRadius:
        "The whole exchange stops meanwhile. What was not archived is lost. All switches are off afterwards.",
      people: 2,
      roles: ["operator", "approver"],
      direction: "neutral",
      undo: "The old data folder is kept for 7 days and can be swapped back.",
      refusals,
      perform: (params, { by }) => options.restoreBackup(params.name, { by: by.id }),
    }),
  ];
}

export function notConfigured(what: string): Result<never, RefusalOfRoute<"BACKUPS_NOT_CONFIGURED">> {
  return refuse({ code: "BACKUPS_NOT_CONFIGURED", detail: `${what} is not configured for this process.` });
}
