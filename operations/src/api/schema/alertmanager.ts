import { z } from "zod";

const text = z.string().max(20_000);
const texts = z
  .record(z.string().max(200), text)
  .refine((given) => Object.keys(given).length <= 64, "at most 64 of them");

export const alertmanagerAlertSchema = z.looseObject({
  status: z.enum(["firing", "resolved"]),
  labels: texts.refine(({ alertname }) => alertname !== undefined && alertname !== "", "has a label alertname"),
  annotations: texts.default({}),
  fingerprint: z.string().min(1).max(64),
});
export type AlertmanagerAlert = z.output<typeof alertmanagerAlertSchema>;

/** What Alertmanager posts to a webhook, version 4 (Prometheus documentation, "webhook_config"). */
export const alertmanagerBodySchema = z.looseObject({
  version: z.literal("4"),
  alerts: z.array(alertmanagerAlertSchema).max(500),
});

export const alertmanagerReplySchema = z.strictObject({ raised: z.int(), settled: z.int() });
