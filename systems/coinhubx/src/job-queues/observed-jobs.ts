import type { Clock } from "@assay/platform/clock/clock";
import type { JobHandler, Jobs } from "@assay/platform/jobs/jobs";
import type { Logger } from "@assay/platform/logging/logger";
import { DURATION_BUCKETS_MS, type Metrics } from "@assay/platform/metrics/metrics";
import { isRetryable } from "@assay/primitives/failure";
import type { JsonObject } from "@assay/primitives/json";
import { QUEUE_NAMES, QUEUES, type QueueName } from "./queues.ts";

export interface ObservedJobsOptions {
  readonly jobs: Jobs;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Defines queues whose jobs are counted and timed, and tells of each that dies. */
export interface ObservedJobs {
  define(queue: QueueName, handler: JobHandler<JsonObject>): void;
  /** Looks for newly dead jobs, logs `DEAD_LETTER_JOB` for each and counts it. */
  watchDeadLetters(): Promise<void>;
}

const MOST_DEAD = 500;

export function observeJobs({ jobs, metrics, clock, logger }: ObservedJobsOptions): ObservedJobs {
  const labels = { labels: ["type"], labelValues: { type: QUEUE_NAMES } } as const;
  const completed = metrics.counter({ name: "jobs_completed_total", help: "Jobs that ended well.", ...labels });
  const retried = metrics.counter({
    name: "jobs_retried_total",
    help: "Tries that failed and may be repeated.",
    ...labels,
  });
  const dead = metrics.counter({ name: "jobs_dead_letter_total", help: "Jobs that exhausted their retries." });
  const duration = metrics.histogram({
    name: "job_duration_ms",
    help: "Time of one try of a job.",
    buckets: DURATION_BUCKETS_MS,
    labels: ["type"],
  });
  let known: ReadonlySet<string> | undefined;
  return {
    define(queue, handler) {
      jobs.define<JsonObject>(queue, QUEUES[queue], async (data, job) => {
        const startedMs = clock.monotonicMs();
        try {
          await handler(data, job);
          completed.increment({ type: queue });
        } catch (error) {
          if (isRetryable(error)) retried.increment({ type: queue });
          throw error;
        } finally {
          duration.observe(clock.monotonicMs() - startedMs, { type: queue });
        }
      });
    },
    async watchDeadLetters() {
      const present = await jobs.deadJobs(MOST_DEAD);
      // What was dead before this process started has been told of already.
      const fresh = known === undefined ? [] : present.filter(({ id }) => !known!.has(id));
      for (const { id, queue, error } of fresh) {
        logger.error({ job_id: id, job_type: queue, error }, "DEAD_LETTER_JOB");
        dead.increment();
      }
      known = new Set(present.map(({ id }) => id));
    },
  };
}
