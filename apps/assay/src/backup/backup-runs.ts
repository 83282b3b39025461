import {
  type BackupRunView,
  type BackupStateView,
  backupListSchema,
  backupRunSchema,
} from "@assay/operations/api/schema/backups";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { Failure } from "@assay/primitives/failure";
import { planeSession } from "../plane/plane-session.ts";

const LOOK_EVERY_MS = 1_000;

/** What the plane knows of every system's copies. */
export async function readBackups(context: CommandContext): Promise<BackupStateView[]> {
  return (await planeSession(context).call("/api/backups", backupListSchema)).backups;
}

/** The backup of a system; its first one that offers `what`. @throws UsageError when it has none. */
export async function findBackup(
  context: CommandContext,
  system: string,
  what?: BackupRunView["kind"],
): Promise<BackupStateView> {
  const own = (await readBackups(context)).filter((backup) => backup.system === system);
  const found = own.find(({ offers }) => what === undefined || offers.includes(what));
  if (found !== undefined) return found;
  throw new UsageError(own.length === 0 ? `${system} has no backup` : `${system} offers no ${what}`);
}

/** Has it done and waits for its end; while something else is done with the same backup, it waits for that first. */
export async function doBackupRun(
  context: CommandContext,
  system: string,
  wanted: { readonly what: BackupRunView["kind"]; readonly copy?: string },
): Promise<BackupRunView> {
  const { what, copy } = wanted;
  const backup = await findBackup(context, system, what);
  const path = `/api/backups/${encodeURIComponent(system)}/${encodeURIComponent(backup.name)}/${what}`;
  const body = copy === undefined ? {} : { copy };
  for (;;) {
    try {
      return await ended(context, await planeSession(context).call(path, backupRunSchema, { method: "POST", body }));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "BACKUP_RUNNING") throw error;
      await context.clock.sleep(LOOK_EVERY_MS, { signal: context.signal });
    }
  }
}

const LOOKS_FOR_VERIFICATION = 5;

/** The verification that the plane begins by itself once a copy was made, or one of our own when it does not. */
export async function verifyNewCopy(context: CommandContext, system: string, copy: string): Promise<BackupRunView> {
  for (let look = 0; look < LOOKS_FOR_VERIFICATION; look += 1) {
    const { runs } = await findBackup(context, system, "verify");
    const begun = runs.find((run) => run.kind === "verify" && run.copy === copy);
    if (begun !== undefined) return await ended(context, begun);
    await context.clock.sleep(LOOK_EVERY_MS, { signal: context.signal });
  }
  return await doBackupRun(context, system, { what: "verify", copy });
}

async function ended(context: CommandContext, begun: BackupRunView): Promise<BackupRunView> {
  const plane = planeSession(context);
  for (let run = begun; ; run = await plane.call(`/api/backups/runs/${begun.id}`, backupRunSchema)) {
    if (run.endedAt !== null) return run;
    await context.clock.sleep(LOOK_EVERY_MS, { signal: context.signal });
  }
}
