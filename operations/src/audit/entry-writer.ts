import type { Database } from "@assay/platform/storage/database";
import { Failure } from "@assay/primitives/failure";
import { insertEntries, type PreparedEntry } from "./audit-store.ts";

const LARGEST_BATCH = 1_000;
const LONGEST_QUEUE = 50_000;

interface Waiting {
  readonly entry: PreparedEntry;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Commits entries in groups: whatever arrives while one group is on its way to the disk makes the next. */
export class EntryWriter implements AsyncDisposable {
  readonly #database: Database;
  #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves to the sequence after the commit. @throws Failure when the entry may not have been written. */
  append(entry: PreparedEntry): Promise<number> {
    if (this.#queue.length >= LONGEST_QUEUE) throw new Failure("AUDIT_OVERLOADED", { retryable: true });
    const written = new Promise<number>((resolve, reject) => void this.#queue.push({ entry, resolve, reject }));
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
    });
    return written;
  }

  /** Waits for what was handed over before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets callers of the same moment join the first group.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, LARGEST_BATCH);
      this.#queue = this.#queue.slice(LARGEST_BATCH);
      try {
        const entries = batch.map(({ entry }) => entry);
        const first = await this.#database.transaction((transaction) => insertEntries(transaction, entries));
        batch.forEach(({ resolve }, index) => void resolve(first + index));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}
