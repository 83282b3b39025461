import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { formatInstant } from "@assay/primitives/instant";
import type { SignedCheckpoint } from "./audit.ts";

/** Where checkpoints live outside the database: whoever rewrites the table cannot reach them through SQL. */
export interface CheckpointFolder {
  /** Appends to the day's file and replaces `latest.txt`; both are on disk when it resolves. */
  write(checkpoint: SignedCheckpoint): Promise<void>;
  /** Notes of the newest day, oldest first, and of `latest.txt`. */
  read(): Promise<readonly string[]>;
}

const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.jsonl$/;

export function openCheckpointFolder(directory: string): CheckpointFolder {
  return {
    write: async (checkpoint) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const madeAt = formatInstant(checkpoint.madeAt);
      const line = `${JSON.stringify({ madeAt, note: checkpoint.note })}\n`;
      await writeDurably(join(directory, `${madeAt.slice(0, 10)}.jsonl`), line, "a");
      const latest = join(directory, "latest.txt");
      await writeDurably(`${latest}.new`, checkpoint.note, "w");
      await rename(`${latest}.new`, latest);
    },
    read: async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const names = await readdir(directory);
      const newest = names
        .filter((name) => DAY_FILE.test(name))
        .sort()
        .at(-1);
      const notes = newest === undefined ? [] : notesIn(await readFile(join(directory, newest), "utf8"));
      return names.includes("latest.txt") ? [...notes, await readFile(join(directory, "latest.txt"), "utf8")] : notes;
    },
  };
}

async function writeDurably(path: string, text: string, flag: "a" | "w"): Promise<void> {
  const file = await open(path, flag, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A last line that a crash cut short was never acted upon and is skipped. */
function notesIn(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    try {
      return [String((JSON.parse(line) as { note: unknown }).note)];
    } catch {
      return [];
    }
  });
}
