import { z } from "zod";
import { alertSchema } from "./alerts.ts";
import {
  actionItemSchema,
  incidentNotificationSchema,
  incidentRoleSchema,
  incidentSchema,
  linkKindSchema,
  namedPersonSchema,
  timelineEntrySchema,
} from "./incidents.ts";
import { publicIncidentSchema } from "./status.ts";

export const incidentDetailSchema = z.strictObject({
  incident: incidentSchema,
  alerts: z.array(alertSchema),
  roles: z.array(z.strictObject({ role: incidentRoleSchema, person: namedPersonSchema, since: z.string() })),
  links: z.array(
    z.strictObject({
      kind: linkKindSchema,
      target: z.string(),
      title: z.string(),
      addedAt: z.string(),
      addedBy: z.string(),
    }),
  ),
  /** Incidents that were merged into this one. */
  merged: z.array(namedIncidentSchema()),
  actionItems: z.array(actionItemSchema),
  postMortem: z.strictObject({
    isRequired: z.boolean(),
    version: z.int(),
    state: z.enum(["none", "draft", "review", "published"]),
  }),
  /** What customers were told. */
  publicIncident: publicIncidentSchema.nullable(),
  timeline: z.array(timelineEntrySchema),
  notifications: z.array(incidentNotificationSchema),
});
export type IncidentDetail = z.infer<typeof incidentDetailSchema>;

function namedIncidentSchema() {
  return z.strictObject({ id: z.string(), title: z.string() });
}
