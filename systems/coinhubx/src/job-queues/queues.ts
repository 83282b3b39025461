import type { QueueOptions } from "@assay/platform/jobs/jobs";

export type QueueName = "reconciliation" | "backup" | "backup-verify" | "mail";

/** The queues of the exchange; the worker works on them, the backend sends to them and shows them. */
export const QUEUES: Readonly<Record<QueueName, QueueOptions>> = {
  /** The next interval comes soon enough: one waits at most, and none is tried again. */
  reconciliation: { retryLimit: 0, expireInS: 300, unique: true },
  backup: { retryLimit: 1, expireInS: 1_800 },
  "backup-verify": { retryLimit: 1, expireInS: 1_800 },
  mail: { retryLimit: 3, expireInS: 60, concurrency: 4 },
};

export const QUEUE_NAMES = Object.keys(QUEUES) as readonly QueueName[];

/** The PostgreSQL schema that the jobs live in. */
export const JOBS_SCHEMA = "jobs";
