import { createHmac } from "node:crypto";
import type { Secret } from "@assay/platform/config/secret";
import { equalBytes, parseHex } from "@assay/primitives/bytes";
import { type Instant, MINUTE_MS } from "@assay/primitives/instant";

/** Header of a webhook: `t=<Unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`. */
export const SIGNATURE_HEADER = "assay-signature";

const TOLERANCE_MS = 5 * MINUTE_MS;

export function signWebhook(secret: Secret<string>, body: string, now: Instant): string {
  const seconds = Math.floor(now / 1_000);
  return `t=${seconds},v1=${digest(secret, seconds, body).toString("hex")}`;
}

/** For receivers: whether the body was signed with the secret within the last five minutes. */
export function verifyWebhook(
  secret: Secret<string>,
  { header, body }: { readonly header: string; readonly body: string },
  now: Instant,
): boolean {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header);
  if (match === null) return false;
  const seconds = Number(match[1]);
  const given = parseHex(match[2]!);
  if (!given.ok || Math.abs(now - seconds * 1_000) > TOLERANCE_MS) return false;
  return equalBytes(given.value, digest(secret, seconds, body));
}

function digest(secret: Secret<string>, seconds: number, body: string): Buffer {
  return createHmac("sha256", secret.reveal()).update(`${seconds}.${body}`).digest();
}
