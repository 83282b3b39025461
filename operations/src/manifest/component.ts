import { z } from "zod";

/** A part of a system as its users name it, for the status page; its state is derived from checks and alerts. */
export const componentSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/),
  title: z.string().min(1),
  /** What it is for, in a sentence that a user reads. */
  description: z.string().default(""),
  /** Ids of health checks; one that fails makes the component worse. */
  healthChecks: z.array(z.string()).default([]),
  /** Names of alert rules; one that fires makes the component worse. */
  alerts: z.array(z.string()).default([]),
});
export type ComponentDeclaration = z.infer<typeof componentSchema>;
