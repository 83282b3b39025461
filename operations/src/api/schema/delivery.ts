import { MINUTE_MS } from "@assay/primitives/instant";
import { z } from "zod";
import { timeOfDaySchema } from "../../manifest/names.ts";
import { severitySchema } from "../../thresholds/threshold.ts";

export const contactKindSchema = z.enum(["email", "webhook", "slack", "telegram"]);
export type ContactKind = z.infer<typeof contactKindSchema>;

const httpUrl = z.url({ protocol: /^https?$/ }).max(2_000);
/** A chat's number, or the name of a public channel. */
const telegramChat = z.string().regex(/^(-?\d{1,20}|@[A-Za-z0-9_]{5,32})$/, "a chat's number or @name");

const methodMembers = {
  /** What it is used for; an empty list is everything. */
  severities: z.array(severitySchema).max(4).default([]),
  /** Used only when nobody has answered by then. */
  delayMs: z
    .int()
    .min(0)
    .max(15 * MINUTE_MS)
    .default(0),
};

/**
 * One way to reach a person: an e-mail address, an http(s) address that gets a signed POST, an incoming webhook of
 * Slack, or a chat with the plane's Telegram bot.
 */
export const contactMethodSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...methodMembers, kind: z.literal("email"), target: z.email().max(254) }),
  z.strictObject({ ...methodMembers, kind: z.literal("webhook"), target: httpUrl }),
  z.strictObject({ ...methodMembers, kind: z.literal("slack"), target: httpUrl }),
  z.strictObject({ ...methodMembers, kind: z.literal("telegram"), target: telegramChat }),
]);
export type ContactMethod = z.output<typeof contactMethodSchema>;
export type ContactMethodInput = z.input<typeof contactMethodSchema>;

/** Warnings and information wait for the end of these hours; what is worse never does. */
export const quietHoursSchema = z.strictObject({
  /** An IANA name such as Europe/Berlin. */
  timeZone: z.string().min(1).max(64),
  from: timeOfDaySchema,
  /** At or before `from`: on the next day. */
  to: timeOfDaySchema,
});
export type QuietHours = z.infer<typeof quietHoursSchema>;

export const contactsSchema = z.strictObject({
  /** In the order in which they are tried. */
  contacts: z.array(contactMethodSchema).max(5),
  quietHours: quietHoursSchema.nullable().default(null),
});
export type Contacts = z.infer<typeof contactsSchema>;

const channelMembers = {
  name: z.string().trim().min(2).max(60),
  /** Id of the channel that is tried when this one fails for good. */
  fallback: z.string().max(64).nullable().default(null),
};

/** A channel of the plane. What is secret in it is never answered again. */
export const channelBodySchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...channelMembers, kind: z.literal("email"), target: z.email().max(254) }),
  z.strictObject({
    ...channelMembers,
    kind: z.literal("webhook"),
    target: httpUrl,
    /** Signs its requests instead of the plane's own secret. */
    secret: z.string().min(16).max(200).optional(),
  }),
  z.strictObject({ ...channelMembers, kind: z.literal("slack"), target: httpUrl }),
  z.strictObject({ ...channelMembers, kind: z.literal("telegram"), target: telegramChat }),
]);
export type ChannelBody = z.output<typeof channelBodySchema>;

export const channelSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: contactKindSchema,
  /** What may be shown of where it leads. */
  target: z.string(),
  hasSecret: z.boolean(),
  fallback: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
});
export type ChannelView = z.infer<typeof channelSchema>;
export const channelListSchema = z.strictObject({
  channels: z.array(channelSchema),
  /** Kinds that this plane can send to as it is configured. */
  kinds: z.array(contactKindSchema),
});

/** How a test message went: null when it arrived. */
export const channelTestSchema = z.strictObject({ error: z.string().nullable() });

/** One message to one person or channel. */
export const notificationSchema = z.strictObject({
  id: z.string(),
  /** Name of the person, or of the channel. */
  to: z.string(),
  isChannel: z.boolean(),
  kind: contactKindSchema,
  /** What it is about: `alert/alr_…`. */
  subject: z.string(),
  title: z.string(),
  state: z.enum(["queued", "sent", "failed"]),
  attempts: z.int(),
  error: z.string().nullable(),
  createdAt: z.string(),
  sentAt: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  /** The notification that was sent over the next channel instead. */
  followedBy: z.string().nullable(),
  closed: z.enum(["cancelled", "redriven", "discarded"]).nullable(),
});
export type NotificationView = z.infer<typeof notificationSchema>;
export const notificationListSchema = z.strictObject({ notifications: z.array(notificationSchema) });
