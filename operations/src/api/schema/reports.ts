import { z } from "zod";
import { reportKindSchema, reportScheduleSchema } from "../../manifest/report.ts";

export const figureSchema = z.strictObject({
  title: z.string(),
  unit: z.string(),
  /** Null: no data, which is not zero. */
  value: z.union([z.number(), z.string()]).nullable(),
  samples: z.int(),
  /** The query that gave it. */
  source: z.string(),
  note: z.string().nullable(),
  statistics: z
    .strictObject({ least: z.number(), greatest: z.number(), average: z.number(), onTarget: z.number().nullable() })
    .nullable(),
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type FigureView = z.infer<typeof figureSchema>;

export const reportContentSchema = z.strictObject({
  format: z.literal("assay.report.v1"),
  system: z.string(),
  name: z.string(),
  title: z.string(),
  kind: reportKindSchema,
  /** RFC 3339, like every time here. */
  from: z.string(),
  to: z.string(),
  sections: z.array(z.strictObject({ title: z.string(), figures: z.array(figureSchema) })),
});

export const reportViewSchema = z.strictObject({
  id: z.string(),
  madeAt: z.string(),
  madeBy: z.string(),
  scheduled: z.boolean(),
  /** SHA-256 of the content's canonical JSON (RFC 8785). */
  sha256: z.string(),
  content: reportContentSchema,
});
export type ReportView = z.infer<typeof reportViewSchema>;

export const offeredReportSchema = z.strictObject({
  system: z.string(),
  name: z.string(),
  title: z.string(),
  kind: reportKindSchema,
  schedule: reportScheduleSchema.nullable(),
});
export type OfferedReportView = z.infer<typeof offeredReportSchema>;

export const keptReportSchema = z.strictObject({
  id: z.string(),
  system: z.string(),
  name: z.string(),
  kind: reportKindSchema,
  title: z.string(),
  from: z.string(),
  to: z.string(),
  madeAt: z.string(),
  madeBy: z.string(),
  scheduled: z.boolean(),
  sha256: z.string(),
});
export type KeptReportView = z.infer<typeof keptReportSchema>;

export const reportListSchema = z.strictObject({
  offered: z.array(offeredReportSchema),
  kept: z.array(keptReportSchema),
});

export const reportQuerySchema = z.strictObject({
  system: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const makeReportBodySchema = z.strictObject({
  system: z.string().max(64),
  name: z.string().max(64),
  /** The last day, 7 days or 30 days; or from and to. */
  window: z.union([
    z.enum(["day", "week", "month"]),
    z.strictObject({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) }),
  ]),
});

export const scheduleBodySchema = z.strictObject({
  system: z.string().max(64),
  name: z.string().max(64),
  /** Null: no longer by the clock. */
  schedule: reportScheduleSchema.nullable(),
});
