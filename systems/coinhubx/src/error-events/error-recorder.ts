import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { isRetryable } from "@assay/primitives/failure";
import { newId } from "@assay/primitives/id";
import { describeErrorEvent, type ErrorEvent, type ErrorReport } from "./error-event.ts";
import { insertErrorEvents } from "./error-event-store.ts";

/** Takes errors without making anybody wait, and writes them down in batches. */
export interface ErrorRecorder extends AsyncDisposable {
  /** Never throws and never blocks: an error about an error helps nobody. */
  record(report: ErrorReport): void;
  /** Resolves when what was recorded so far is stored, or the store has refused it. */
  flush(): Promise<void>;
}

export interface ErrorRecorderOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
}

/** While the database is down the newest thousand wait. */
const LONGEST_QUEUE = 1_000;
const BATCH = 100;
const RETRY_MS = 1_000;

export function createErrorRecorder({ database, clock, random }: ErrorRecorderOptions): ErrorRecorder {
  const stop = new AbortController();
  let queue: ErrorEvent[] = [];
  let writing: Promise<void> | undefined;

  const writeAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, BATCH);
      const written = await store(database, batch);
      if (written) queue = queue.filter((event) => !batch.includes(event));
      else if (stop.signal.aborted) return;
      else await clock.sleep(RETRY_MS, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const startWriting = (): void => {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
  };

  return {
    record(report) {
      const now = clock.now();
      queue.push(describeErrorEvent(report, { eventId: newId("err", now, random), now }));
      if (queue.length > LONGEST_QUEUE) queue.shift();
      startWriting();
    },
    async flush() {
      await writing;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await writing;
    },
  };
}

/**
 * False when it is worth trying again. An event that the database will never take is dropped alone: it must not keep
 * out those behind it.
 */
async function store(database: Database, batch: readonly ErrorEvent[]): Promise<boolean> {
  try {
    await insertErrorEvents(database, batch);
    return true;
  } catch (error) {
    if (isRetryable(error)) return false;
    if (batch.length === 1) return true;
    for (const event of batch) if (!(await store(database, [event]))) return false;
    return true;
  }
}
