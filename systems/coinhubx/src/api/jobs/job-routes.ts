import { answer, type Route, route } from "@assay/platform/http/route";
import type { Jobs } from "@assay/platform/jobs/jobs";
import type { Database } from "@assay/platform/storage/database";
import { formatInstant, toInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { appendAuditEntry } from "../../audit/audit-outbox.ts";
import { jobFingerprint, noteKnownIssue, readKnownIssues } from "../../job-queues/known-issues.ts";
import { readPausedQueues } from "../../job-queues/paused-queues.ts";
import { readStuckJobs } from "../../job-queues/stuck-jobs.ts";
import { operator } from "../access.ts";
import { actorOf } from "../actor-of.ts";
import type { Principal } from "../principal.ts";
import { emptyInputSchema, successSchema } from "../schema/auth.ts";
import {
  deadLettersSchema,
  discardInputSchema,
  jobChangedSchema,
  jobsSchema,
  knownIssueInputSchema,
} from "../schema/jobs.ts";

export interface JobRoutesOptions {
  readonly jobs: Jobs;
  readonly database: Database;
}

const MOST_DEAD = 500;
const jobParams = z.strictObject({ job_id: z.uuid() });
const REFUSALS = { JOB_NOT_DEAD: 409 };

export function jobRoutes(options: JobRoutesOptions): Route<Principal>[] {
  return [listJobs(options), deadLetters(options), retry(options), discard(options), knownIssue(options)];
}

function listJobs({ jobs, database }: JobRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/jobs",
    summary: "Background jobs by state and type",
    access: operator("viewer"),
    replies: { 200: jobsSchema },
    async handle() {
      const [counts, stuck] = await Promise.all([jobs.counts(), readStuckJobs(jobs)]);
      const sum = (pick: (count: (typeof counts)[number]) => number) =>
        counts.reduce((total, count) => total + pick(count), 0);
      const by_status = {
        due: sum(({ due }) => due),
        active: sum(({ active }) => active),
        dead: sum(({ dead }) => dead),
      };
      return answer(200, {
        success: true as const,
        stats: {
          by_status,
          by_type: Object.fromEntries(counts.map(({ queue, due, active, dead }) => [queue, due + active + dead])),
          total_jobs: by_status.due + by_status.active + by_status.dead,
          dead_letter_count: by_status.dead,
          queue_length: by_status.due,
          paused: [...(await readPausedQueues(database))],
        },
        stuck_jobs: stuck.map(({ id, queue, startedAt }) => ({
          job_id: id,
          job_type: queue,
          started_at: formatDate(startedAt),
        })),
      });
    },
  });
}

function formatDate(date: Date): string {
  return formatInstant(toInstant(date.getTime()));
}

function deadLetters({ jobs, database }: JobRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/jobs/dead-letter",
    summary: "Jobs that exhausted their retries",
    access: operator("viewer"),
    replies: { 200: deadLettersSchema },
    async handle() {
      const [dead, issues] = await Promise.all([jobs.deadJobs(MOST_DEAD), readKnownIssues(database)]);
      return answer(200, {
        success: true as const,
        dead_letter: dead.map(({ id, queue, error, createdAt, startedAt, retries, maxRetries }) => {
          const fingerprint = jobFingerprint(queue, error);
          return {
            job_id: id,
            job_type: queue,
            status: "dead" as const,
            created_at: formatDate(createdAt),
            started_at: startedAt === undefined ? null : formatDate(startedAt),
            retries,
            max_retries: maxRetries,
            error,
            fingerprint,
            known_issue: issues.get(fingerprint) ?? null,
          };
        }),
      });
    },
  });
}

function retry({ jobs, database }: JobRoutesOptions): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/jobs/:job_id/retry",
    summary: "Put a dead job back into its queue",
    access: operator("operator"),
    params: jobParams,
    body: emptyInputSchema,
    replies: { 200: jobChangedSchema },
    refusals: REFUSALS,
    async handle({ params, principal }) {
      const entry = {
        actor: actorOf(principal),
        action: "coinhubx.job.retry",
        target: `job:${params.job_id}`,
        details: {},
      };
      await appendAuditEntry(database, entry);
      if (!(await jobs.retry(params.job_id)))
        return refuse({ code: "JOB_NOT_DEAD", detail: "No dead job has this id." });
      return answer(200, { success: true as const, job_id: params.job_id, status: "queued" as const });
    },
  });
}

function discard({ jobs, database }: JobRoutesOptions): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/jobs/:job_id/discard",
    summary: "Drop a dead job for good, with a reason",
    access: operator("operator"),
    params: jobParams,
    body: discardInputSchema,
    replies: { 200: jobChangedSchema },
    refusals: REFUSALS,
    async handle({ params, principal, body }) {
      const entry = {
        actor: actorOf(principal),
        action: "coinhubx.job.discard",
        target: `job:${params.job_id}`,
        details: body,
      };
      await appendAuditEntry(database, entry);
      if (!(await jobs.discard(params.job_id)))
        return refuse({ code: "JOB_NOT_DEAD", detail: "No dead job has this id." });
      return answer(200, { success: true as const, job_id: params.job_id, status: "discarded" as const });
    },
  });
}

function knownIssue({ database }: JobRoutesOptions): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/jobs/known-issues/:fingerprint",
    summary: "Note what is known about a kind of failure",
    access: operator("operator"),
    params: z.strictObject({ fingerprint: z.string().regex(/^[0-9a-f]{16}$/) }),
    body: knownIssueInputSchema,
    replies: { 200: successSchema },
    async handle({ params, principal, body }) {
      await noteKnownIssue(database, { fingerprint: params.fingerprint, note: body.note, by: principal.sub });
      return answer(200, { success: true as const });
    },
  });
}
