import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Database } from "@assay/platform/storage/database";
import { accept, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { textSchema } from "../api/schema/text.ts";
import { appendAuditEntry } from "../audit/audit-outbox.ts";
import { pauseQueue, resumeQueue } from "../job-queues/paused-queues.ts";
import { QUEUE_NAMES } from "../job-queues/queues.ts";
import { type Action, action } from "./action.ts";

export interface JobActionsOptions {
  readonly database: Database;
  readonly jobs: Jobs;
}

const reason = textSchema(500).default("").describe("Why, for the audit log");
const queue = z.enum(QUEUE_NAMES);

export function jobActions(options: JobActionsOptions): Action[] {
  return [pause(options), resume(options), retry(options), discard(options)];
}

function pause({ database }: JobActionsOptions): Action {
  return action({
    name: "coinhubx.jobs.pause",
    title: "Pause a job queue",
    effect: "danger",
    params: z.strictObject({ queue, reason }),
    sentence: "Pause the queue {queue}",
    blastRadius: "Jobs of this queue wait; the one that runs ends.",
    people: 1,
    roles: ["operator"],
    direction: "stop",
    undo: "coinhubx.jobs.resume",
    async perform(params, { by, correlationId }) {
      await database.transaction(async (transaction) => {
        await pauseQueue(transaction, params.queue, { by: by.id, reason: params.reason });
        const details = { reason: params.reason, correlation_id: correlationId };
        await appendAuditEntry(transaction, {
          actor: by,
          action: "coinhubx.jobs.pause",
          target: `queue:${params.queue}`,
          details,
        });
      });
      return accept({ queue: params.queue, paused: true });
    },
  });
}

function resume({ database }: JobActionsOptions): Action {
  return action({
    name: "coinhubx.jobs.resume",
    title: "Resume a job queue",
    effect: "danger",
    params: z.strictObject({ queue, reason }),
    sentence: "Resume the queue {queue}",
    blastRadius: "The jobs that waited run.",
    people: 2,
    roles: ["operator", "approver"],
    direction: "start",
    undo: "coinhubx.jobs.pause",
    async perform(params, { by, correlationId }) {
      await database.transaction(async (transaction) => {
        await resumeQueue(transaction, params.queue);
        const details = { reason: params.reason, correlation_id: correlationId };
        await appendAuditEntry(transaction, {
          actor: by,
          action: "coinhubx.jobs.resume",
          target: `queue:${params.queue}`,
          details,
        });
      });
      return accept({ queue: params.queue, paused: false });
    },
  });
}

const jobParams = z.strictObject({ job_id: z.uuid(), reason });
const REFUSALS = { JOB_NOT_DEAD: 409 };
const NOT_DEAD = { code: "JOB_NOT_DEAD", detail: "No dead job has this id." };

function retry({ jobs, database }: JobActionsOptions): Action {
  return action({
    name: "coinhubx.job.retry",
    title: "Retry a dead job",
    effect: "write",
    params: jobParams,
    sentence: "Put job {job_id} back into its queue",
    blastRadius: "One job runs again; handlers are idempotent.",
    people: 1,
    roles: ["operator"],
    direction: "neutral",
    undo: "Nothing to undo.",
    refusals: REFUSALS,
    async perform({ job_id, reason: why }, { by }) {
      const entry = { actor: by, action: "coinhubx.job.retry", target: `job:${job_id}`, details: { reason: why } };
      await appendAuditEntry(database, entry);
      return (await jobs.retry(job_id)) ? accept({ job_id, status: "queued" }) : refuse(NOT_DEAD);
    },
  });
}

function discard({ jobs, database }: JobActionsOptions): Action {
  return action({
    name: "coinhubx.job.discard",
    title: "Discard a dead job",
    effect: "write",
    params: jobParams,
    sentence: "Drop job {job_id} for good",
    blastRadius: "What the job was to do is not done.",
    people: 1,
    roles: ["operator"],
    direction: "neutral",
    undo: "None.",
    refusals: REFUSALS,
    async perform({ job_id, reason: why }, { by }) {
      const entry = { actor: by, action: "coinhubx.job.discard", target: `job:${job_id}`, details: { reason: why } };
      await appendAuditEntry(database, entry);
      return (await jobs.discard(job_id)) ? accept({ job_id, status: "discarded" }) : refuse(NOT_DEAD);
    },
  });
}
