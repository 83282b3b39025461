import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { accept } from "@assay/primitives/result";
import { z } from "zod";
import { textSchema } from "../api/schema/text.ts";
import { type Action, action } from "./action.ts";
import { BACKUP_REFUSALS, type ConfiguredBackups } from "./configured-backups.ts";

export interface BackupActionsOptions {
  readonly backups: ConfiguredBackups;
  readonly database: Database;
}

const name = z.string().regex(/^backup_\d{8}_\d{6}$/, "a backup's name");

export function backupActions(options: BackupActionsOptions): Action[] {
  return [create(options), verify(options), drill(options), restore(options)];
}

function create({ backups }: BackupActionsOptions): Action {
  return action({
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
    refusals: BACKUP_REFUSALS,
    async perform() {
      const created = await backups.create();
      return created.ok ? accept({ ...created.value }) : created;
    },
  });
}

function verify({ backups }: BackupActionsOptions): Action {
  return action({
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
    refusals: BACKUP_REFUSALS,
    async perform(params) {
      const verified = await backups.verify(params.name);
      return verified.ok ? accept({ ...verified.value }) : verified;
    },
  });
}

function drill({ backups }: BackupActionsOptions): Action {
  return action({
    name: "coinhubx.backup.drill",
    title: "Drill a restore",
    effect: "write",
    params: z.strictObject({ name }),
    sentence: "Restore {name} and the log since into a scratch cluster, compare it with the live one, and measure",
    blastRadius: "A second database runs for some seconds. The live one is only read.",
    people: 1,
    roles: ["operator"],
    direction: "neutral",
    undo: "Nothing to undo: the scratch cluster is removed.",
    refusals: BACKUP_REFUSALS,
    async perform(params) {
      const drilled = await backups.drill(params.name);
      return drilled.ok ? accept({ ...drilled.value }) : drilled;
    },
  });
}

function restore({ backups, database }: BackupActionsOptions): Action {
  return action({
    name: "coinhubx.backup.restore",
    title: "Restore a backup",
    effect: "danger",
    params: z.strictObject({ name, reason: textSchema(500).min(1) }),
    sentence: "Prepare {name}, and the log archived since, to take the live database's place",
    blastRadius:
      "The exchange stops when the copy is swapped in. What was not archived is lost. All switches are off afterwards.",
    people: 2,
    roles: ["operator", "approver"],
    direction: "neutral",
    undo: "The old data folder is kept for 7 days and can be swapped back.",
    refusals: BACKUP_REFUSALS,
    async perform(params, { by }) {
      const lastKnownPosition = await readJournalEnd(database);
      const known = lastKnownPosition === undefined ? {} : { lastKnownPosition };
      const prepared = await backups.prepareRestore(params.name, { by: by.id, ...known });
      return prepared.ok ? accept({ ...prepared.value }) : prepared;
    },
  });
}

/** Where the live journal ends; unknown when the live database is why there is a restore. */
async function readJournalEnd(database: Database): Promise<number | undefined> {
  const rows = database.query<{ position: string | null }>(sql`select max(sequence) as position from ledger_transfers`);
  const position = await rows.then(([row]) => row?.position).catch(() => undefined);
  return position == null ? undefined : Number(position);
}
