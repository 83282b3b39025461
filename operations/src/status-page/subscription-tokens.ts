import { createHmac } from "node:crypto";
import { Secret } from "@assay/platform/config/secret";
import { equalBytes } from "@assay/primitives/bytes";

/** What a token lets its holder do. */
export type TokenPurpose = "confirm" | "unsubscribe" | "sign";

const TOKEN = /^(sub_[0-9a-z]{10,40})\.([\w-]{43})$/i;

/**
 * Tokens that stand only in messages: `sub_….` and an HMAC of the subscriber and the purpose. Nothing of them is stored, so
 * nothing of them can leak from here.
 */
export function subscriptionToken(secret: Secret<string>, purpose: TokenPurpose, subscriberId: string): string {
  return `${subscriberId}.${Buffer.from(mac(secret, purpose, subscriberId)).toString("base64url")}`;
}

/** The subscriber that the token was made for; undefined for any other text. */
export function readSubscriptionToken(
  secret: Secret<string>,
  purpose: TokenPurpose,
  token: string,
): string | undefined {
  const [, id, given] = TOKEN.exec(token) ?? [];
  if (id === undefined || given === undefined) return undefined;
  return equalBytes(Buffer.from(given, "base64url"), mac(secret, purpose, id)) ? id : undefined;
}

/** What the calls to a subscriber's webhook are signed with. */
export function subscriberSecret(secret: Secret<string>, subscriberId: string): Secret<string> {
  return new Secret(Buffer.from(mac(secret, "sign", subscriberId)).toString("hex"));
}

function mac(secret: Secret<string>, purpose: TokenPurpose, id: string): Uint8Array {
  return createHmac("sha256", secret.reveal()).update(`assay.status.${purpose}.v1\0${id}`).digest();
}
