import { z } from "zod";

export const incidentSeveritySchema = z.enum(["P0", "P1", "P2", "P3"]);
export type IncidentSeverity = z.infer<typeof incidentSeveritySchema>;

export const incidentStateSchema = z.enum(["open", "acknowledged", "mitigated", "resolved", "closed"]);
export type IncidentState = z.infer<typeof incidentStateSchema>;

export const timelineKindSchema = z.enum([
  "alert",
  "page",
  "acknowledgement",
  "state",
  "run",
  "step",
  "approval",
  "flag",
  "note",
]);
export type TimelineKind = z.infer<typeof timelineKindSchema>;

export const timelineActorSchema = z.strictObject({
  kind: z.enum(["person", "customer", "service", "system", "anonymous"]),
  id: z.string(),
  name: z.string(),
});

export const timelineEntrySchema = z.strictObject({
  sequence: z.int(),
  /** RFC 3339, like every time here. */
  at: z.string(),
  kind: timelineKindSchema,
  actor: timelineActorSchema,
  /** What happened, in one sentence. */
  summary: z.string(),
  /** Evidence: what was seen, run and answered. */
  details: z.record(z.string(), z.json()),
  /** SHA-256 of the entry's canonical JSON; the audit log holds it too. */
  digest: z.string(),
});
export type TimelineEntryView = z.infer<typeof timelineEntrySchema>;

export const incidentSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  severity: incidentSeveritySchema,
  /** By when somebody should respond: opened plus 15 min, 1 h, 4 h or 24 h. */
  respondBy: z.string(),
  state: incidentStateSchema,
  system: z.string(),
  openedAt: z.string(),
  acknowledgedAt: z.string().nullable(),
  mitigatedAt: z.string().nullable(),
  resolvedAt: z.string().nullable(),
  closedAt: z.string().nullable(),
});
export type IncidentView = z.infer<typeof incidentSchema>;

export const incidentListSchema = z.strictObject({
  incidents: z.array(incidentSchema),
  nextCursor: z.string().nullable(),
});

export const incidentNotificationSchema = z.strictObject({
  id: z.string(),
  personName: z.string(),
  kind: z.enum(["email", "webhook"]),
  state: z.enum(["queued", "sent", "failed"]),
  attempts: z.int(),
  error: z.string().nullable(),
  createdAt: z.string(),
  sentAt: z.string().nullable(),
});

export const incidentQuerySchema = z.strictObject({
  state: z.enum(["current", "all"]).default("all"),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(64).optional(),
});

export const noteBodySchema = z.strictObject({ note: z.string().trim().min(1).max(4_000) });
/** Moving an incident on; resolving and closing want a reason. */
export const transitionBodySchema = z.strictObject({ note: z.string().trim().max(4_000).default("") });
