import { z } from "zod";
import { textSchema } from "./text.ts";

export const jobsSchema = z.strictObject({
  success: z.literal(true),
  stats: z.strictObject({
    by_status: z.record(z.string(), z.int()),
    by_type: z.record(z.string(), z.int()),
    total_jobs: z.int(),
    dead_letter_count: z.int(),
    queue_length: z.int(),
    paused: z.array(z.string()),
  }),
  stuck_jobs: z.array(z.strictObject({ job_id: z.string(), job_type: z.string(), started_at: z.string() })),
});

export const deadLettersSchema = z.strictObject({
  success: z.literal(true),
  dead_letter: z.array(
    z.strictObject({
      job_id: z.string(),
      job_type: z.string(),
      status: z.literal("dead"),
      created_at: z.string(),
      /** The last try; null once the queue has forgotten it. */
      started_at: z.string().nullable(),
      retries: z.int(),
      max_retries: z.int(),
      error: z.string(),
      fingerprint: z.string(),
      known_issue: z.string().nullable(),
    }),
  ),
});

export const discardInputSchema = z.strictObject({ reason: textSchema(500).trim().min(1) });
export const jobChangedSchema = z.strictObject({
  success: z.literal(true),
  job_id: z.string(),
  status: z.enum(["queued", "discarded"]),
});
export const knownIssueInputSchema = z.strictObject({ note: textSchema(2_000).trim().min(1) });
