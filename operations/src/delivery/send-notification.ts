import type { Clock } from "@assay/platform/clock/clock";
import type { Secret } from "@assay/platform/config/secret";
import type { Mailer } from "@assay/platform/mail/mailer";
import { Failure } from "@assay/primitives/failure";
import type { ContactKind } from "../api/schema/delivery.ts";
import type { PageMessage } from "./page-message.ts";
import { type PostReply, postBounded } from "./post-bounded.ts";
import { slackMessage } from "./slack-message.ts";
import { assertTarget } from "./target-address.ts";
import { SIGNATURE_HEADER, signWebhook } from "./webhook-signature.ts";

export interface SendOptions {
  readonly clock: Clock;
  /** Undefined: no mail server is configured. */
  readonly mailer: Pick<Mailer, "send"> | undefined;
  readonly webhookSecret: Secret<string>;
  /** Undefined: no bot is configured. */
  readonly telegram?: TelegramBot | undefined;
  /** Whether pages may be posted to this machine: in local mode and in tests. */
  readonly allowsLoopback: boolean;
  readonly timeoutMs?: number;
}

export interface TelegramBot {
  /** `https://api.telegram.org` */
  readonly url: string;
  readonly token: Secret<string>;
}

export interface Destination {
  readonly kind: ContactKind;
  /** An address, a chat's id or a URL. */
  readonly target: string;
  /** A webhook's own secret; default: the plane's. */
  readonly secret?: Secret<string>;
}

/** One message on its way to one destination. */
export interface Outgoing {
  readonly id: string;
  /** Whom it is for, in the body of a webhook; null for a channel of the plane. */
  readonly person: string | null;
  readonly message: PageMessage;
}

const TIMEOUT_MS = 5_000;
const LONGEST_TELEGRAM = 4_000;

/**
 * Sends once. @throws Failure, retryable where trying again may help, with `details.retryAfterMs` where the target said
 * when; never one that carries a secret.
 */
export async function sendNotification(
  outgoing: Outgoing,
  destination: Destination,
  options: SendOptions,
): Promise<void> {
  const { message } = outgoing;
  switch (destination.kind) {
    case "email":
      return await sendMail(message, destination.target, options);
    case "webhook":
      return await postWebhook(outgoing, destination, options);
    case "slack": {
      const reply = await post({ url: destination.target, body: slackMessage(message) }, options);
      return expectAnswer("SLACK", reply, ({ text }) => /^ok\b/.test(text) || /"success":\s*true/.test(text));
    }
    case "telegram":
      return await sendTelegram(message, destination.target, options);
  }
}

async function sendMail({ title, text, url }: PageMessage, to: string, { mailer }: SendOptions): Promise<void> {
  if (mailer === undefined) throw new Failure("SMTP_NOT_CONFIGURED", { retryable: false });
  await mailer.send({ to, subject: title, text: `${text}\n\n${url}\n` });
}

async function postWebhook(
  { id, person, message }: Outgoing,
  { target, secret }: Destination,
  options: SendOptions,
): Promise<void> {
  const body = JSON.stringify({ id, person, ...message });
  const signature = signWebhook(secret ?? options.webhookSecret, body, options.clock.now());
  const reply = await post({ url: target, body, headers: { [SIGNATURE_HEADER]: signature } }, options);
  expectAnswer("WEBHOOK", reply, () => true);
}

async function sendTelegram({ title, text, url }: PageMessage, chat: string, options: SendOptions): Promise<void> {
  const { telegram } = options;
  if (telegram === undefined) throw new Failure("TELEGRAM_NOT_CONFIGURED", { retryable: false });
  // Plain text: with a parse mode a summary could hide where its links lead.
  const words = `${title}\n\n${text}`.slice(0, LONGEST_TELEGRAM);
  const body = JSON.stringify({
    chat_id: chat,
    text: `${words}\n\n${url}`,
    link_preview_options: { is_disabled: true },
  });
  const reply = await post({ url: `${telegram.url}/bot${telegram.token.reveal()}/sendMessage`, body }, options);
  expectAnswer("TELEGRAM", reply, ({ text: answer }) => /"ok":\s*true/.test(answer));
}

async function post(
  request: { readonly url: string; readonly body: string; readonly headers?: Readonly<Record<string, string>> },
  { timeoutMs = TIMEOUT_MS, allowsLoopback }: SendOptions,
): Promise<PostReply> {
  await assertTarget(request.url, allowsLoopback);
  return await postBounded(request.url, { ...request, timeoutMs });
}

/** A 200 that is not this service's own yes, such as a sign-in page, has told nobody anything. */
function expectAnswer(service: string, reply: PostReply, isYes: (reply: PostReply) => boolean): void {
  const { status, retryAfterMs } = reply;
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && isYes(reply)) return;
  const code = isSuccess ? `${service}_ANSWERED_NONSENSE` : `${service}_FAILED`;
  const details = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  throw new Failure(code, { retryable: status >= 500 || status === 429, details });
}
