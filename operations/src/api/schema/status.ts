import { z } from "zod";

/** The public words (operations.md §1), and one more: what nobody knows is never operational. */
export const componentStateSchema = z.enum([
  "operational",
  "degraded performance",
  "partial outage",
  "major outage",
  "under maintenance",
  "no data",
]);
export type ComponentState = z.infer<typeof componentStateSchema>;

/** What a person may set by hand: ignorance is not a statement. */
export const statedComponentStateSchema = componentStateSchema.exclude(["no data"]);
export type StatedComponentState = z.infer<typeof statedComponentStateSchema>;

/** Worst first; what is known to be bad comes before what is not known, and that before what is good. */
export const WORST_STATES: readonly ComponentState[] = [
  "major outage",
  "partial outage",
  "degraded performance",
  "no data",
  "under maintenance",
  "operational",
];

export function worstState(states: readonly ComponentState[]): ComponentState {
  return WORST_STATES.find((state) => states.includes(state)) ?? "no data";
}

export const updateStatusSchema = z.enum(["investigating", "identified", "monitoring", "resolved"]);
export type UpdateStatus = z.infer<typeof updateStatusSchema>;

export const publicUpdateSchema = z.strictObject({ at: z.string(), status: updateStatusSchema, text: z.string() });

export const publicIncidentSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  status: updateStatusSchema,
  components: z.array(z.string()),
  startedAt: z.string(),
  resolvedAt: z.string().nullable(),
  /** Newest first. */
  updates: z.array(publicUpdateSchema),
});
export type PublicIncidentView = z.infer<typeof publicIncidentSchema>;

export const publicMaintenanceSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  components: z.array(z.string()),
  startsAt: z.string(),
  endsAt: z.string(),
});

/** One day of one component, in UTC. */
export const statusDaySchema = z.strictObject({
  day: z.string(),
  /** The worst of the day; `no data` only when nothing else was seen. */
  worst: componentStateSchema,
  /** Parts of the day that are known, and that were an outage, in ms. */
  knownMs: z.number(),
  outageMs: z.number(),
});

export const componentHistorySchema = z.strictObject({
  days: z.array(statusDaySchema),
  /** Share of the known time without outage, 0 to 1; null when nothing is known. Maintenance is left out. */
  uptime: z.number().nullable(),
  knownMs: z.number(),
  unknownMs: z.number(),
  maintenanceMs: z.number(),
  outageMs: z.number(),
});
export type ComponentHistory = z.infer<typeof componentHistorySchema>;

export const publicComponentSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  state: componentStateSchema,
  /** Since when the state is what it is; null when that was before anybody looked. */
  since: z.string().nullable(),
  /** When something was last known of it: with `no data`, how old the last knowledge is. */
  seenAt: z.string().nullable(),
  /** When a stated state ends by itself. */
  endsAt: z.string().nullable(),
});
export type PublicComponent = z.infer<typeof publicComponentSchema>;

export const statusSummarySchema = z.strictObject({
  title: z.string(),
  state: componentStateSchema,
  asOf: z.string(),
  groups: z.array(z.strictObject({ title: z.string(), components: z.array(publicComponentSchema) })),
  incidents: z.array(publicIncidentSchema),
  maintenance: z.array(publicMaintenanceSchema),
});
export type StatusSummary = z.infer<typeof statusSummarySchema>;

export const statusHistorySchema = z.strictObject({
  days: z.int(),
  components: z.array(z.strictObject({ id: z.string(), title: z.string(), history: componentHistorySchema })),
  incidents: z.array(publicIncidentSchema),
});
export type StatusHistory = z.infer<typeof statusHistorySchema>;

/** What a system shows to its users on its own pages. */
export const bannerSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(["incident", "maintenance", "component"]),
  state: componentStateSchema,
  title: z.string(),
  text: z.string(),
  startedAt: z.string().nullable(),
  endsAt: z.string().nullable(),
  /** Page to read more on. */
  url: z.string(),
});
export const bannersSchema = z.strictObject({ banners: z.array(bannerSchema) });
export type Banner = z.infer<typeof bannerSchema>;
export const bannersQuerySchema = z.strictObject({ system: z.string().min(1).max(64) });

export const subscriptionBodySchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("email"), target: z.email().max(254) }),
  z.strictObject({ kind: z.literal("webhook"), target: z.url({ protocol: /^https?$/ }).max(1_000) }),
]);
export type SubscriptionBody = z.infer<typeof subscriptionBodySchema>;
export const subscriptionAnswerSchema = z.strictObject({
  /** The same words whether the address is new or known, so that nobody learns who subscribes. */
  message: z.string(),
});
export const subscriptionTokenBodySchema = z.strictObject({ token: z.string().min(20).max(200) });
export const subscriptionEndSchema = z.strictObject({ message: z.string() });

/* What operators see and change. */

const text = z.string().trim().min(3).max(4_000);
const shortTitle = z.string().trim().min(2).max(120);
const componentIds = z.array(z.string().min(1).max(130)).max(50);

export const overrideSchema = z.strictObject({
  state: statedComponentStateSchema,
  reason: z.string(),
  by: z.string(),
  at: z.string(),
  endsAt: z.string(),
});

export const editableComponentSchema = publicComponentSchema.extend({
  group: z.string(),
  position: z.int(),
  isHidden: z.boolean(),
  /** Declared by a system's manifest, or made by hand. */
  system: z.string().nullable(),
  isDeclared: z.boolean(),
  /** Why the state is what it is, for operators. */
  why: z.string(),
  override: overrideSchema.nullable(),
});
export type EditableComponent = z.infer<typeof editableComponentSchema>;

export const statusEditorSchema = z.strictObject({
  state: componentStateSchema,
  asOf: z.string(),
  url: z.string(),
  components: z.array(editableComponentSchema),
  incidents: z.array(publicIncidentSchema.extend({ incidentId: z.string().nullable() })),
  maintenance: z.array(publicMaintenanceSchema),
  subscribers: z.strictObject({
    email: z.int(),
    webhook: z.int(),
    pending: z.int(),
    /** Messages that reached nobody after all tries. */
    failed: z.int(),
  }),
});
export type StatusEditor = z.infer<typeof statusEditorSchema>;

export const componentBodySchema = z.strictObject({
  title: shortTitle,
  description: z.string().trim().max(500).default(""),
  group: z.string().trim().max(120).default(""),
  position: z.int().min(0).max(1_000).default(100),
  system: z.string().min(1).max(64).nullable().default(null),
  healthChecks: z.array(z.string().min(1).max(120)).max(20).default([]),
  alerts: z.array(z.string().min(1).max(120)).max(50).default([]),
});
export const componentPlaceBodySchema = z.strictObject({
  group: z.string().trim().max(120),
  position: z.int().min(0).max(1_000),
  isHidden: z.boolean(),
});
export const overrideBodySchema = z.strictObject({
  state: statedComponentStateSchema,
  reason: text,
  /** Without an end nothing is set by hand; at most seven days ahead. */
  endsAt: z.iso.datetime({ offset: true }),
});
export const publishBodySchema = z.strictObject({
  title: shortTitle,
  status: updateStatusSchema,
  text,
  components: componentIds,
  /** The internal incident behind it, for its timeline. */
  incidentId: z.string().min(1).max(64).nullable().default(null),
});
export const publicUpdateBodySchema = z.strictObject({ status: updateStatusSchema, text });
/** A status update from the page of an incident; the first one needs a title and components. */
export const statusUpdateBodySchema = z.strictObject({
  status: updateStatusSchema,
  text,
  title: shortTitle.optional(),
  components: componentIds.optional(),
});
