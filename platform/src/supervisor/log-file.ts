import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Clock } from "../clock/clock.ts";

export interface LogFileOptions {
  readonly directory: string;
  /** Of the process; the file is `<name>.log`, older ones `<name>.log.1` and so on. */
  readonly name: string;
  readonly clock: Clock;
  readonly maxFileBytes?: number;
  readonly maxFiles?: number;
  /** Hears once when the disk refuses lines, and again after it took some. */
  readonly onError?: (error: Error) => void;
}

export type LogStream = "stdout" | "stderr";

/** One line of a process as it is kept. */
export interface LogLine {
  /** RFC 3339, when the supervisor read it. */
  readonly at: string;
  readonly process: string;
  readonly stream: LogStream;
  readonly text: string;
}

const MAX_FILE_BYTES = 10 * 2 ** 20;
const MAX_FILES = 5;
const MAX_LINE_CHARACTERS = 64 * 1024;

/**
 * Keeps what a process prints, one JSON object per line, in a bounded number of files. Writes are synchronous, so that a
 * supervisor that is killed loses no line it read. A full disk loses lines, not the process.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #path: string;
  #file: number | undefined;
  #sizeBytes = 0;
  #hasFailed = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    this.#path = join(options.directory, `${options.name}.log`);
    try {
      // A process that has printed nothing has an empty log, not none.
      this.#open();
    } catch {
      // The first line tries again, and says so when it fails.
    }
  }

  write(stream: LogStream, lines: readonly string[]): void {
    const at = new Date(this.#options.clock.now()).toISOString();
    const texts = lines.map((text) => {
      const line: LogLine = { at, process: this.#options.name, stream, text: shorten(text) };
      return `${JSON.stringify(line)}\n`;
    });
    try {
      this.#append(Buffer.from(texts.join("")));
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#options.onError?.(error as Error);
      this.#hasFailed = true;
    }
  }

  /** Reads a process's output line by line. */
  capture(source: Readable, stream: LogStream, onLine?: (text: string) => void): void {
    let rest = "";
    const emit = (lines: readonly string[]) => {
      if (lines.length === 0) return;
      this.write(stream, lines);
      if (onLine !== undefined) lines.forEach(onLine);
    };
    source.setEncoding("utf8");
    source.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      emit(lines);
      if (rest.length > MAX_LINE_CHARACTERS) {
        emit([rest]);
        rest = "";
      }
    });
    source.once("end", () => emit(rest === "" ? [] : [rest]));
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(bytes: Buffer): void {
    if (this.#file === undefined) this.#open();
    if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > (this.#options.maxFileBytes ?? MAX_FILE_BYTES)) {
      this.#rotate();
    }
    writeSync(this.#file!, bytes);
    this.#sizeBytes += bytes.length;
  }

  #open(): void {
    this.#file = openSync(this.#path, "a", 0o600);
    this.#sizeBytes = fstatSync(this.#file).size;
  }

  #rotate(): void {
    this.close();
    const maxFiles = this.#options.maxFiles ?? MAX_FILES;
    rmSync(`${this.#path}.${maxFiles - 1}`, { force: true });
    for (let number = maxFiles - 2; number >= 0; number -= 1) {
      const from = number === 0 ? this.#path : `${this.#path}.${number}`;
      if (existsSync(from)) renameSync(from, `${this.#path}.${number + 1}`);
    }
    this.#open();
  }
}

function shorten(text: string): string {
  return text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS)}…` : text;
}
