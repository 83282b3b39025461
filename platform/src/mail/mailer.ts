import { Failure } from "@assay/primitives/failure";
import nodemailer from "nodemailer";
import type { Secret } from "../config/secret.ts";

export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Further headers, such as `List-Unsubscribe`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Mailer extends AsyncDisposable {
  /** Resolves once the server has accepted the message. @throws Failure `SMTP_FAILED`, retryable unless it is refused for good. */
  send(message: Message): Promise<void>;
}

export interface MailerOptions {
  /** `smtp://user:password@host:port`, or `smtps://`. */
  readonly url: Secret<string>;
  /** `Assay <alerts@example.com>` */
  readonly from: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const LONGEST_SUBJECT = 200;
const LONGEST_HEADER = 900;
// SMTP's own word for "do not try again" (RFC 5321 §4.2.1).
const PERMANENT = 500;

export function createMailer({ url, from, timeoutMs = TIMEOUT_MS }: MailerOptions): Mailer {
  const transport = nodemailer.createTransport(url.reveal(), {
    from,
    // The text may quote what an attacker wrote; it must not make the mailer read files or fetch addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  Object.assign(transport.options, {
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  return {
    send: async ({ to, subject, text, headers = {} }) => {
      try {
        const more = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, oneLine(value, LONGEST_HEADER)]),
        );
        await transport.sendMail({ to, subject: oneLine(subject), text, headers: more });
      } catch (cause) {
        const status = (cause as { responseCode?: number }).responseCode ?? 0;
        throw new Failure("SMTP_FAILED", { retryable: status < PERMANENT, cause, details: { status } });
      }
    },
    [Symbol.asyncDispose]: async () => transport.close(),
  };
}

// A line break in a header would begin another header.
function oneLine(text: string, longest = LONGEST_SUBJECT): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").slice(0, longest);
}
