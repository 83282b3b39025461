import { z } from "zod";
import { severitySchema } from "../../thresholds/threshold.ts";

export const alertStateSchema = z.enum(["pending", "firing", "resolved"]);

export const alertSchema = z.strictObject({
  id: z.string(),
  /** `rules`, or who raised it. */
  source: z.enum(["rules", "alertmanager", "heartbeat", "checklist", "backup", "break-glass"]),
  system: z.string(),
  name: z.string(),
  /** Tells apart alerts of one source, system and name; empty for those of rules. */
  key: z.string(),
  labels: z.record(z.string(), z.string()),
  state: alertStateSchema,
  severity: severitySchema,
  /** One sentence: what is broken, for users. */
  summary: z.string(),
  runbook: z.string().nullable(),
  /** Null for an alert that does not come from a threshold. */
  threshold: z.string().nullable(),
  /** The number that the rule compared when the alert last changed. */
  value: z.number().nullable(),
  /** Its numbers cannot be read at the moment: the state is what it was before. */
  unknown: z.boolean(),
  startedAt: z.string(),
  firedAt: z.string().nullable(),
  resolvedAt: z.string().nullable(),
  human: z.enum(["unacknowledged", "acknowledged"]),
  acknowledgement: z
    .strictObject({
      by: z.strictObject({ id: z.string(), name: z.string() }),
      at: z.string(),
      note: z.string(),
      /** Then it is unacknowledged again and people are told again. */
      expiresAt: z.string(),
    })
    .nullable(),
  /** The alert that keeps this one quiet. */
  inhibitedBy: z.string().nullable(),
  /** The silence that keeps it quiet. */
  silencedBy: z.string().nullable(),
  /** The maintenance window that keeps it quiet. */
  maintenance: z.string().nullable(),
  /** Alerts of one group are told in one page. */
  group: z.string(),
  /** When people were told of it last; null while nobody was. */
  toldAt: z.string().nullable(),
  /** Over and begun again so soon that nobody is told before this time. */
  coolDownUntil: z.string().nullable(),
  incidentId: z.string().nullable(),
});
export type AlertView = z.infer<typeof alertSchema>;

export const alertListSchema = z.strictObject({ alerts: z.array(alertSchema), nextCursor: z.string().nullable() });

export const alertQuerySchema = z.strictObject({
  /** `current`: pending and firing. */
  state: z.enum(["pending", "firing", "resolved", "current", "all"]).default("all"),
  system: z.string().max(64).optional(),
  severity: severitySchema.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(64).optional(),
});

export const acknowledgeBodySchema = z.strictObject({
  note: z.string().trim().max(2_000).default(""),
  /** How long it stays quiet. */
  minutes: z.int().min(5).max(1_440).default(30),
});
