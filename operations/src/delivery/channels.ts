import type { Clock } from "@assay/platform/clock/clock";
import type { Secret } from "@assay/platform/config/secret";
import type { Mailer } from "@assay/platform/mail/mailer";
import { Failure } from "@assay/primitives/failure";
import type { Notification } from "./notification-store.ts";
import { SIGNATURE_HEADER, signWebhook } from "./webhook-signature.ts";

export interface ChannelOptions {
  readonly clock: Clock;
  /** Undefined: no mail server is configured. */
  readonly mailer: Pick<Mailer, "send"> | undefined;
  readonly webhookSecret: Secret<string>;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;

/**
 * Sends one notification over its channel. @throws Failure `SMTP_FAILED`, `SMTP_NOT_CONFIGURED` or `WEBHOOK_FAILED`,
 * retryable where trying again may help.
 */
export async function sendNotification(notification: Notification, options: ChannelOptions): Promise<void> {
  if (notification.kind === "webhook") return await postWebhook(notification, options);
  if (options.mailer === undefined) throw new Failure("SMTP_NOT_CONFIGURED", { retryable: false });
  const { title, text, url } = notification.message;
  await options.mailer.send({ to: notification.target, subject: title, text: `${text}\n\n${url}\n` });
}

async function postWebhook({ id, target, message, personId }: Notification, options: ChannelOptions): Promise<void> {
  const body = JSON.stringify({ id, person: personId, ...message });
  const status = await post(target, body, options);
  if (status >= 200 && status < 300) return;
  throw new Failure("WEBHOOK_FAILED", { retryable: status >= 500 || status === 429, details: { status } });
}

async function post(target: string, body: string, options: ChannelOptions): Promise<number> {
  const { clock, webhookSecret, timeoutMs = TIMEOUT_MS } = options;
  try {
    const response = await fetch(target, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        [SIGNATURE_HEADER]: signWebhook(webhookSecret, body, clock.now()),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.status;
  } catch (cause) {
    throw new Failure("WEBHOOK_FAILED", { retryable: true, cause });
  }
}
