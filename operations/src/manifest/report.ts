import { z } from "zod";
import { jsonSelectSchema, timeOfDaySchema, timeZoneSchema } from "./names.ts";

/** Where a figure comes from; a report names it beside the figure. */
export const figureSourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("threshold"), id: z.string().min(1) }),
  z.strictObject({
    kind: z.literal("metric"),
    metric: z.string().min(1),
    labels: z.record(z.string(), z.string()).default({}),
    /** Over the report's window. */
    function: z.enum(["last", "min", "max", "avg", "increase"]),
  }),
  z.strictObject({ kind: z.literal("read"), path: z.string().startsWith("/"), select: jsonSelectSchema }),
  /** What the plane itself counts of the system in the window. */
  z.strictObject({
    kind: z.literal("plane"),
    figure: z.enum([
      "alerts",
      "incidents",
      "runs",
      "run-failures",
      "approvals",
      "approvals-refused",
      "actions",
      "sign-ins",
      "sign-in-failures",
      "audit-entries",
      "time-to-acknowledge",
      "time-to-resolve",
      "checklists-in-time",
      "checklists-late",
      "checklists-missed",
      "backups-verified",
      "restore-drills",
    ]),
  }),
]);
export type FigureSource = z.infer<typeof figureSourceSchema>;

export const reportSectionSchema = z.strictObject({
  title: z.string().min(1),
  figures: z
    .array(z.strictObject({ title: z.string().min(1), unit: z.string().min(1), source: figureSourceSchema }))
    .max(100)
    .default([]),
});

/** When a report is made by itself, of the day, week or month before. */
export const reportScheduleSchema = z.strictObject({
  every: z.enum(["day", "week", "month"]),
  at: timeOfDaySchema.default("06:00"),
  timeZone: timeZoneSchema.default("UTC"),
});
export type ReportSchedule = z.infer<typeof reportScheduleSchema>;

export const reportKindSchema = z.enum(["performance", "security", "compliance", "system"]);
export type ReportKind = z.infer<typeof reportKindSchema>;

export const reportSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  title: z.string().min(1),
  kind: reportKindSchema.default("system"),
  /** A report that the system writes itself, at this path. */
  path: z.string().startsWith("/").optional(),
  sections: z.array(reportSectionSchema).max(50).default([]),
  schedule: reportScheduleSchema.optional(),
});
export type ReportDeclaration = z.infer<typeof reportSchema>;
