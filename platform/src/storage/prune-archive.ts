import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "./restore-backup.ts";

/** `TTTTTTTTXXXXXXXXYYYYYYYY`: timeline and number of a segment, as archived. */
const SEGMENT = /^[0-9A-F]{8}([0-9A-F]{16})\.gz$/;

/**
 * Removes archived log that no kept backup needs: what is older than the start of the oldest. Without any backup there is
 * nothing to apply log to, so what was archived before `unusableBefore` goes; without that, nothing. Returns how many went.
 */
export async function pruneArchive(options: {
  readonly archiveDirectory: string;
  /** The folders of the backups that are kept. */
  readonly backups: readonly string[];
  /** Before any backup that may be in the making began. */
  readonly unusableBefore?: Date;
}): Promise<number> {
  const starts = await Promise.all(options.backups.map(firstSegment));
  const [oldest] = starts.filter((start) => start !== undefined).sort();
  if (oldest === undefined) return options.backups.length > 0 ? 0 : await pruneOrphans(options);
  const files = await readdir(options.archiveDirectory);
  const outdated = files.filter((file) => (SEGMENT.exec(file)?.[1] ?? oldest) < oldest);
  await Promise.all(outdated.map((file) => rm(join(options.archiveDirectory, file), { force: true })));
  return outdated.length;
}

async function pruneOrphans(options: { archiveDirectory: string; unusableBefore?: Date }): Promise<number> {
  const { archiveDirectory, unusableBefore } = options;
  if (unusableBefore === undefined || !existsSync(archiveDirectory)) return 0;
  let removed = 0;
  for (const file of (await readdir(archiveDirectory)).filter((name) => SEGMENT.test(name))) {
    const path = join(archiveDirectory, file);
    if ((await stat(path)).mtime >= unusableBefore) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

/** Its number without the timeline, which a restore changes; nothing for a backup that cannot be read, and so not restored. */
async function firstSegment(backup: string): Promise<string | undefined> {
  const read = await readManifest(backup).catch(() => undefined);
  const names = read?.manifest.wal.flatMap(({ path }) => (/^[0-9A-F]{24}$/.test(path) ? [path.slice(8)] : []));
  return names?.sort()[0];
}
