import { once } from "node:events";
import { assert } from "@assay/primitives/assert";
import { SMTPServer } from "smtp-server";
import { Secret } from "../config/secret.ts";
import { Arrivals } from "./arrivals.ts";

export interface ReceivedMessage {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** The body, decoded. */
  readonly text: string;
  /** Everything as it came. */
  readonly raw: string;
}

/** A real SMTP server on loopback that takes every message and delivers none. */
export interface SmtpReceiver extends AsyncDisposable {
  /** `smtp://127.0.0.1:port` */
  readonly url: Secret<string>;
  readonly messages: readonly ReceivedMessage[];
  /** The first that matches, already here or still to come; default within 5 s. */
  waitForMessage(matches?: (message: ReceivedMessage) => boolean, timeoutMs?: number): Promise<ReceivedMessage>;
  /** From now on answers each message with this SMTP code: 250 takes it, 450 is busy, 550 refuses for good. */
  answer(code: number): void;
}

const ACCEPTED = 250;
const LONGEST_MESSAGE = 1_048_576;

export async function startSmtpReceiver(): Promise<SmtpReceiver> {
  const arrivals = new Arrivals<ReceivedMessage>();
  let code = ACCEPTED;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    size: LONGEST_MESSAGE,
    closeTimeout: 100,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (code !== ACCEPTED) return done(Object.assign(new Error("not now"), { responseCode: code }));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        arrivals.add({ from, to, ...readMessage(Buffer.concat(chunks).toString("utf8")) });
        done();
      });
    },
  });
  server.on("error", () => undefined);
  const listener = server.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  assert(typeof address === "object" && address !== null, "a TCP server has an address");
  return {
    url: new Secret(`smtp://127.0.0.1:${address.port}`),
    messages: arrivals.all,
    waitForMessage: (matches, timeoutMs) => arrivals.wait(matches, timeoutMs),
    answer: (next) => {
      code = next;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Reads what our own mailer writes: one text part, 7bit, quoted-printable or base64 (RFC 2045), subject possibly encoded (RFC 2047). */
function readMessage(raw: string): Pick<ReceivedMessage, "subject" | "text" | "raw"> {
  const end = raw.indexOf("\r\n\r\n");
  const head = raw.slice(0, end).replace(/\r\n[ \t]+/g, " ");
  const header = (name: string) => new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1] ?? "";
  const body = decodeBody(raw.slice(end + 4), header("Content-Transfer-Encoding").toLowerCase());
  return { subject: decodeWords(header("Subject")), text: body.replaceAll("\r\n", "\n").trimEnd(), raw };
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  return encoding === "quoted-printable" ? decodeQuoted(body.replace(/=\r\n/g, "")) : body;
}

function decodeWords(text: string): string {
  return text
    .replace(/\?= +=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(word, "base64").toString("utf8")
        : decodeQuoted(word.replaceAll("_", " ")),
    );
}

function decodeQuoted(text: string): string {
  return text.replace(/(?:=[0-9A-F]{2})+/gi, (run) => Buffer.from(run.replaceAll("=", ""), "hex").toString("utf8"));
}
