import { deepEqual, equal } from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { pruneArchive } from "./prune-archive.ts";

const segment = (number: number) => `00000001${number.toString(16).toUpperCase().padStart(16, "0")}`;
const OLD = new Date("2026-01-01T00:00:00Z");
const LIMIT = new Date("2026-01-03T00:00:00Z");
const NEW = new Date("2026-01-04T00:00:00Z");

async function archive(folder: string): Promise<string> {
  const archiveDirectory = join(folder, "archive");
  await mkdir(archiveDirectory);
  for (const number of [1, 2, 3, 4]) {
    const path = join(archiveDirectory, `${segment(number)}.gz`);
    await writeFile(path, "");
    await utimes(path, NEW, number < 3 ? OLD : NEW);
  }
  await writeFile(join(archiveDirectory, "00000002.history.gz"), "");
  return archiveDirectory;
}

test("without a backup to apply it to, only log that no backup in the making can need goes", async () => {
  await using folder = await temporaryFolder();
  const archiveDirectory = await archive(folder.path);
  equal(await pruneArchive({ archiveDirectory, backups: [] }), 0);
  equal(await pruneArchive({ archiveDirectory, backups: [], unusableBefore: LIMIT }), 2);
  deepEqual((await readdir(archiveDirectory)).sort(), [`${segment(3)}.gz`, `${segment(4)}.gz`, "00000002.history.gz"]);
  equal(await pruneArchive({ archiveDirectory: join(folder.path, "none"), backups: [], unusableBefore: LIMIT }), 0);
});

test("a backup that cannot be read keeps everything, one that can keeps what comes after it", async () => {
  await using folder = await temporaryFolder();
  const archiveDirectory = await archive(folder.path);
  const broken = join(folder.path, "broken");
  equal(await pruneArchive({ archiveDirectory, backups: [broken], unusableBefore: LIMIT }), 0);
  const good = join(folder.path, "good");
  await mkdir(good);
  const wal = [{ path: segment(2), sizeBytes: 1, sha256: "" }];
  await writeFile(join(good, "manifest.json"), JSON.stringify({ format: "assay.base-backup.v1", data: [], wal }));
  equal(await pruneArchive({ archiveDirectory, backups: [broken, good], unusableBefore: LIMIT }), 1);
});
