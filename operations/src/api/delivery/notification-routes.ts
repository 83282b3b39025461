import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, type Instant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { subjectOf } from "../../alerts/alert.ts";
import type { Alerts } from "../../alerts/alerts.ts";
import type { AuditLog } from "../../audit/audit.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Notification } from "../../delivery/notification-store.ts";
import type { EventPublisher } from "../../events/events.ts";
import { type Principal, person } from "../../identity/principal.ts";
import { whoOf } from "../quiet/silence-routes.ts";
import { type NotificationView, notificationListSchema } from "../schema/delivery.ts";

export interface NotificationApi {
  readonly delivery: Delivery;
  readonly alerts: Pick<Alerts, "find">;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
}

const params = z.strictObject({ id: z.string().max(64) });

/** What was sent about an alert, and the dead letters with what can be done about them. */
export function notificationRoutes(api: NotificationApi): readonly Route<Principal>[] {
  return [
    alertNotifications(api),
    listDeadLetters(api),
    moveDeadLetter(api, "redrive", "Send a dead letter once more"),
    moveDeadLetter(api, "discard", "Put a dead letter away"),
  ];
}

function alertNotifications({ delivery, alerts }: NotificationApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/alerts/:id/notifications",
    summary: "Who was told of an alert over which channel, and how that went",
    access: person("viewer"),
    params,
    replies: { 200: notificationListSchema },
    handle: async ({ params: { id } }) => {
      const alert = await alerts.find(id);
      if (alert === undefined) return refuse({ code: "NOT_FOUND" });
      return answer(200, { notifications: (await delivery.about([subjectOf(alert)])).map(notificationView) });
    },
  });
}

function listDeadLetters({ delivery }: NotificationApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/dead-letters",
    summary: "Pages that failed for good and that nobody has looked after, newest first",
    access: person("viewer"),
    replies: { 200: notificationListSchema },
    handle: async () => answer(200, { notifications: (await delivery.deadLetters()).map(notificationView) }),
  });
}

function moveDeadLetter(
  { delivery, audit, events }: NotificationApi,
  move: "redrive" | "discard",
  summary: string,
): Route<Principal> {
  return route({
    method: "POST",
    path: `/api/dead-letters/:id/${move}`,
    summary,
    access: person("operator"),
    params,
    replies: { 200: z.strictObject({}) },
    refusals: { NOT_A_DEAD_LETTER: 404 },
    handle: async ({ params: { id }, principal }) => {
      const actor = { kind: "person" as const, ...whoOf(principal) };
      await audit.append(undefined, { actor, action: `notification.${move}`, target: id, details: {} });
      const isMoved = move === "redrive" ? await delivery.redrive(id) : await delivery.discard(id);
      if (!isMoved) return refuse({ code: "NOT_A_DEAD_LETTER" });
      events.publish({ topic: "on-call", id });
      return answer(200, {});
    },
  });
}

function notificationView(notification: Notification): NotificationView {
  const { id, personName, channelId, kind, subject, message, state, attempts, error } = notification;
  return {
    ...{ id, kind, subject, state, attempts, error },
    to: personName,
    isChannel: channelId !== null,
    title: message.title,
    createdAt: formatInstant(notification.createdAt),
    sentAt: time(notification.sentAt),
    nextAttemptAt: time(notification.nextAttemptAt),
    followedBy: notification.followedBy,
    closed: notification.closed,
  };
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
