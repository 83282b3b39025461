import type { Metrics } from "@assay/platform/metrics/metrics";
import { QUEUE_NAMES } from "./queues.ts";

/** Counts the jobs that this process puts into queues, by type; the calendar's two a day are put there by the queue itself. */
export function countCreated(metrics: Metrics): (queue: string) => void {
  const created = metrics.counter({
    name: "jobs_created_total",
    help: "Jobs that this process enqueued; what the calendar enqueues is not among them.",
    labels: ["type"],
    labelValues: { type: QUEUE_NAMES },
  });
  return (queue) => created.increment({ type: queue });
}
