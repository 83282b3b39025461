import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Instant } from "@assay/primitives/instant";
import { toInstant } from "@assay/primitives/instant";
import type { Clock } from "../clock/clock.ts";
import type { LogLine } from "./log-file.ts";

export interface LogQuery {
  readonly directory: string;
  /** Of processes. */
  readonly names: readonly string[];
  readonly since?: Instant;
  readonly pattern?: RegExp;
  /** Only what was printed to standard error, which is where warnings and errors go. */
  readonly errorsOnly?: boolean;
  /** The newest ones. */
  readonly limit: number;
}

const FOLLOW_POLL_MS = 200;
const READ_BYTES = 64 * 1024;

/** The names of processes that have logs. */
export async function listLogs(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return [];
  return (await readdir(directory))
    .filter((name) => name.endsWith(".log"))
    .map((name) => name.slice(0, -".log".length));
}

/** The newest lines that match, oldest first, of all the processes named. Needs no running supervisor. */
export async function queryLogs(query: LogQuery): Promise<LogLine[]> {
  const perProcess = await Promise.all(query.names.map((name) => readProcess(name, query)));
  return perProcess
    .flat()
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .slice(-query.limit);
}

/** Lines that are written from now on, until the signal ends it. */
export async function* followLogs(
  query: Omit<LogQuery, "limit" | "since">,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<LogLine> {
  const tails = query.names.map((name) => new Tail(join(query.directory, `${name}.log`)));
  await Promise.all(tails.map((tail) => tail.skipToEnd()));
  try {
    while (!options.signal.aborted) {
      const lines = (await Promise.all(tails.map((tail) => tail.read()))).flat();
      for (const line of lines) if (matches(line, query)) yield line;
      await options.clock.sleep(FOLLOW_POLL_MS, { signal: options.signal }).catch(() => undefined);
    }
  } finally {
    await Promise.all(tails.map((tail) => tail.close()));
  }
}

async function readProcess(name: string, query: LogQuery): Promise<LogLine[]> {
  const kept: LogLine[] = [];
  for (const path of await filesOldestFirst(query.directory, name)) {
    for await (const text of createInterface({ input: createReadStream(path, { highWaterMark: READ_BYTES }) })) {
      const line = parseLine(text);
      if (line === undefined || !matches(line, query)) continue;
      kept.push(line);
      if (kept.length > 2 * query.limit) kept.splice(0, kept.length - query.limit);
    }
  }
  return kept.slice(-query.limit);
}

async function filesOldestFirst(directory: string, name: string): Promise<string[]> {
  const prefix = `${name}.log`;
  const numbers = (await readdir(directory).catch(() => []))
    .filter((file) => file === prefix || (/^\d+$/.test(file.slice(prefix.length + 1)) && file.startsWith(`${prefix}.`)))
    .map((file) => Number(file.slice(prefix.length + 1) || 0));
  return numbers.sort((a, b) => b - a).map((number) => join(directory, number === 0 ? prefix : `${prefix}.${number}`));
}

function matches(line: LogLine, { since, pattern, errorsOnly }: Partial<LogQuery>): boolean {
  if (errorsOnly && line.stream !== "stderr") return false;
  if (since !== undefined && toInstant(Date.parse(line.at)) < since) return false;
  return pattern === undefined || pattern.test(line.text);
}

/** A line cut short by a full disk is left out. */
function parseLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

/** Reads what is appended to a file, also after it was rotated away and begun anew. */
class Tail {
  readonly #path: string;
  #file: FileHandle | undefined;
  #offset = 0;
  #rest = "";

  constructor(path: string) {
    this.#path = path;
  }

  async skipToEnd(): Promise<void> {
    await this.#open();
    this.#offset = (await this.#file?.stat())?.size ?? 0;
  }

  async read(): Promise<LogLine[]> {
    const lines = await this.#readOpen();
    if (!(await this.#isRotated())) return lines;
    await this.close();
    await this.#open();
    return [...lines, ...(await this.#readOpen())];
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#offset = 0;
  }

  async #open(): Promise<void> {
    this.#file = await open(this.#path, "r").catch(() => undefined);
  }

  async #isRotated(): Promise<boolean> {
    const current = await stat(this.#path).catch(() => undefined);
    if (current === undefined) return false;
    return this.#file === undefined || (await this.#file.stat()).ino !== current.ino;
  }

  async #readOpen(): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    const buffer = Buffer.alloc(READ_BYTES);
    while (this.#file !== undefined) {
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, this.#offset);
      if (bytesRead === 0) break;
      this.#offset += bytesRead;
      const texts = (this.#rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
      this.#rest = texts.pop() ?? "";
      // Decoded line by line, as a character may lie across two reads.
      lines.push(...texts.flatMap((text) => parseLine(Buffer.from(text, "latin1").toString()) ?? []));
    }
    return lines;
  }
}
