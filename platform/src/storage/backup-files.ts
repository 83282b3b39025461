import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface CopiedFile {
  /** Relative to the folder that was copied. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

const PARALLEL_COPIES = 4;

/** The files below a folder, in order, without those that `skip` names. A file that vanishes meanwhile is left out. */
export async function listFiles(folder: string, skip: (path: string) => boolean = () => false): Promise<string[]> {
  const files: string[] = [];
  const walk = async (relative: string): Promise<void> => {
    const entries = await readdir(join(folder, relative), { withFileTypes: true }).catch(ignoreAbsent);
    for (const entry of entries ?? []) {
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (skip(path)) continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) files.push(path);
    }
  };
  await walk("");
  return files.sort();
}

/** Copies files while hashing them. A source file that vanishes meanwhile is left out, as PostgreSQL's rules allow. */
export async function copyFiles(options: {
  readonly from: string;
  readonly into: string;
  readonly paths: readonly string[];
  readonly signal?: AbortSignal | undefined;
}): Promise<CopiedFile[]> {
  const copied: CopiedFile[] = [];
  const queue = [...options.paths].reverse();
  const worker = async () => {
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      options.signal?.throwIfAborted();
      const target = join(options.into, path);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      const file = await copyFile(join(options.from, path), target).catch(ignoreAbsent);
      if (file !== undefined) copied.push({ path, ...file });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_COPIES }, worker));
  return copied.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export async function hashFile(path: string): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

/** Puts everything below a folder on disk, in one call instead of one per file. */
export async function syncFolder(folder: string): Promise<void> {
  const args = process.platform === "linux" ? ["-f", folder] : [];
  await new Promise<void>((resolve, reject) => {
    const child = spawn("sync", args, { stdio: "ignore" });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`sync ended with ${code}`))));
  });
}

async function copyFile(from: string, into: string): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  // Only what was there at the start: a file that grows meanwhile is completed from the write-ahead log.
  const { size } = await lstat(from);
  const source = size === 0 ? Readable.from([]) : createReadStream(from, { end: size - 1 });
  const hashed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  await pipeline(source, hashed, createWriteStream(into, { mode: 0o600 }));
  return { sizeBytes, sha256: hash.digest("hex") };
}

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
