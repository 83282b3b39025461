import { z } from "zod";
import { contactKindSchema } from "./delivery.ts";

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
  "deploy",
  "role",
  "link",
  "update",
  "severity",
  "merge",
  "post-mortem",
  "action-item",
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

export const incidentRoleSchema = z.enum(["commander", "communications", "scribe", "expert"]);
export type IncidentRole = z.infer<typeof incidentRoleSchema>;

export const namedPersonSchema = z.strictObject({ id: z.string(), name: z.string() });

/** How long it took, in ms from the opening; null while it has not happened. */
export const incidentClocksSchema = z.strictObject({
  acknowledgeMs: z.number().nullable(),
  mitigateMs: z.number().nullable(),
  resolveMs: z.number().nullable(),
  /** Whether somebody answered before `respondBy`; null while the clock still runs. */
  answeredInTime: z.boolean().nullable(),
});

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
  /** First answer of a person; reopening does not take it back. */
  respondedAt: z.string().nullable(),
  clocks: incidentClocksSchema,
  /** The incident that goes on instead of this one. */
  mergedInto: z.string().nullable(),
  /** Why no post-mortem is written. */
  waiver: z.strictObject({ by: namedPersonSchema, at: z.string(), reason: z.string() }).nullable(),
  commander: z.string().nullable(),
});
export type IncidentView = z.infer<typeof incidentSchema>;

export const incidentListSchema = z.strictObject({
  incidents: z.array(incidentSchema),
  nextCursor: z.string().nullable(),
});

export const incidentNotificationSchema = z.strictObject({
  id: z.string(),
  personName: z.string(),
  kind: contactKindSchema,
  state: z.enum(["queued", "sent", "failed"]),
  attempts: z.int(),
  error: z.string().nullable(),
  createdAt: z.string(),
  sentAt: z.string().nullable(),
});

export const incidentQuerySchema = z.strictObject({
  state: z.enum(["current", "all", "over"]).default("all"),
  severity: incidentSeveritySchema.optional(),
  system: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(64).optional(),
});

export const noteBodySchema = z.strictObject({ note: z.string().trim().min(1).max(4_000) });
/** Moving an incident on; resolving and closing want a reason. */
export const transitionBodySchema = z.strictObject({ note: z.string().trim().max(4_000).default("") });

const title = z.string().trim().min(3).max(200);
const reason = z.string().trim().min(3).max(2_000);
const id = z.string().min(1).max(100);

export const declareBodySchema = z.strictObject({
  title,
  system: z.string().min(1).max(64),
  severity: incidentSeveritySchema,
  note: z.string().trim().max(4_000).default(""),
});
export const severityBodySchema = z.strictObject({ severity: incidentSeveritySchema, reason });
export const mergeBodySchema = z.strictObject({ into: id, reason });
export const roleBodySchema = z.strictObject({ role: incidentRoleSchema, personId: id });
export const linkKindSchema = z.enum(["alert", "run", "approval", "flag", "deploy"]);
export type LinkKind = z.infer<typeof linkKindSchema>;
export const linkBodySchema = z.strictObject({ kind: linkKindSchema, target: id, title });
export const amendBodySchema = z.strictObject({ note: z.string().trim().min(1).max(4_000) });
export const reopenBodySchema = z.strictObject({ reason });
export const waiverBodySchema = z.strictObject({ reason });

/** The parts of an incident report, in the order of its form (FinDAG, "Incident Reports"). */
export const reportSectionSchema = z.enum([
  "description",
  "rootCause",
  "actionsTaken",
  "resolution",
  "lessonsLearned",
  "prevention",
]);
export type ReportSection = z.infer<typeof reportSectionSchema>;
export const reportSectionsSchema = z.strictObject({
  description: z.string().max(20_000),
  rootCause: z.string().max(20_000),
  actionsTaken: z.string().max(40_000),
  resolution: z.string().max(20_000),
  lessonsLearned: z.string().max(20_000),
  prevention: z.string().max(20_000),
});
export type ReportSections = z.infer<typeof reportSectionsSchema>;

export const postMortemSchema = z.strictObject({
  /** 0: nothing is saved yet, this is the proposal made from the timeline. */
  version: z.int(),
  state: z.enum(["draft", "review", "published"]),
  sections: reportSectionsSchema,
  writtenAt: z.string().nullable(),
  writtenBy: namedPersonSchema.nullable(),
  digest: z.string().nullable(),
});
export type PostMortemView = z.infer<typeof postMortemSchema>;
export const postMortemBodySchema = z.strictObject({
  /** The version that was edited; another one since then is a conflict. */
  baseVersion: z.int().min(0),
  sections: reportSectionsSchema,
});
export const postMortemMoveBodySchema = z.strictObject({
  baseVersion: z.int().min(1),
  state: z.enum(["draft", "review", "published"]),
});
export const postMortemListSchema = z.strictObject({ versions: z.array(postMortemSchema) });

export const actionItemSchema = z.strictObject({
  id: z.string(),
  incidentId: z.string(),
  incidentTitle: z.string(),
  title: z.string(),
  owner: namedPersonSchema,
  dueAt: z.string(),
  state: z.enum(["open", "done", "dropped"]),
  isOverdue: z.boolean(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  note: z.string(),
});
export type ActionItemView = z.infer<typeof actionItemSchema>;
export const actionItemBodySchema = z.strictObject({ title, ownerId: id, dueAt: z.iso.datetime({ offset: true }) });
export const actionItemMoveBodySchema = z.strictObject({
  state: z.enum(["open", "done", "dropped"]),
  note: z.string().trim().max(2_000).default(""),
});
export const actionItemQuerySchema = z.strictObject({
  state: z.enum(["open", "overdue", "all"]).default("open"),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const actionItemListSchema = z.strictObject({ items: z.array(actionItemSchema) });

/** A mean with how many incidents it is made of: a figure without its count says nothing. */
export const meanSchema = z.strictObject({ meanMs: z.number().nullable(), count: z.int() });
export const incidentFiguresSchema = z.strictObject({
  days: z.int(),
  opened: z.int(),
  acknowledge: meanSchema,
  mitigate: meanSchema,
  resolve: meanSchema,
  /** Of those that somebody had to answer. */
  answeredInTime: z.strictObject({ inTime: z.int(), count: z.int() }),
  bySeverity: z.record(incidentSeveritySchema, z.int()),
});
export type IncidentFigures = z.infer<typeof incidentFiguresSchema>;
export const figuresQuerySchema = z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(30) });
