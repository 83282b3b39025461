import { z } from "zod";
import { alertSchema } from "./alerts.ts";
import { incidentNotificationSchema, incidentSchema, timelineEntrySchema } from "./incidents.ts";

export const incidentDetailSchema = z.strictObject({
  incident: incidentSchema,
  alerts: z.array(alertSchema),
  timeline: z.array(timelineEntrySchema),
  notifications: z.array(incidentNotificationSchema),
});
export type IncidentDetail = z.infer<typeof incidentDetailSchema>;
