import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Sql } from "@assay/platform/storage/database";
import { readPausedQueues } from "./paused-queues.ts";
import { QUEUE_NAMES } from "./queues.ts";

/** Pauses and resumes this process's queues as the table says; call it again and again. */
export function createPauseFollower(jobs: Pick<Jobs, "pause" | "resume">, database: Sql): () => Promise<void> {
  const paused = new Set<string>();
  return async () => {
    const wanted = await readPausedQueues(database);
    for (const queue of QUEUE_NAMES) {
      if (wanted.has(queue) === paused.has(queue)) continue;
      if (wanted.has(queue)) {
        await jobs.pause(queue);
        paused.add(queue);
      } else {
        await jobs.resume(queue);
        paused.delete(queue);
      }
    }
  };
}
