import { z } from "zod";

/** What changed: the console refetches that kind of thing. `all` after a gap, when some changes were not told. */
export const eventTopicSchema = z.enum([
  "alerts",
  "incidents",
  "approvals",
  "runs",
  "systems",
  "audit",
  "people",
  "on-call",
  "quiet",
  "checklists",
  "reports",
  "backups",
  "status",
  "all",
]);
export type EventTopic = z.infer<typeof eventTopicSchema>;

/** One message of GET `/api/events`: names what changed and never carries its content, which each reader fetches with its own rights. */
export const planeEventSchema = z.strictObject({ topic: eventTopicSchema, id: z.string() });
export type PlaneEvent = z.infer<typeof planeEventSchema>;
