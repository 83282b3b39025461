import { assert } from "@assay/primitives/assert";
import { utf8 } from "@assay/primitives/bytes";
import { canonicalJson } from "@assay/primitives/canonical-json";
import type { JsonObject } from "@assay/primitives/json";

/**
 * All that people agree to, and all that is hashed: what is served, shown and run is this and nothing beside it. A type,
 * not an interface, so that it is JSON.
 */
export type BoundAction = {
  /** `coinhubx.trading.enable` */
  readonly action: string;
  readonly params: JsonObject;
  readonly target: string;
  readonly environment: string;
  readonly runbook: { readonly id: string; readonly version: number; readonly sha256: string } | null;
  readonly step: string | null;
  readonly requester: { readonly id: string; readonly name: string };
  readonly precondition: {
    /** SHA-256 of the action's description, so that an edited action or policy voids the request. */
    readonly description: string;
    /** Version of the state that the requester saw, when the caller named one. */
    readonly state: string | null;
  };
  /** 128 bits of chance in hex: two requests never share a digest. */
  readonly nonce: string;
  /** RFC 3339, UTC. */
  readonly notBefore: string;
  readonly expiresAt: string;
};

const APPROVAL_TAG = "assay.approval.v1\n";

/**
 * The bytes whose SHA-256 is the digest. Runs in the browser as well: the console hashes them with WebCrypto from what it
 * displays.
 */
export function approvalBytes(bound: BoundAction): Uint8Array {
  const { action, params, target, environment, runbook, step, requester, precondition } = bound;
  const { nonce, notBefore, expiresAt } = bound;
  return utf8(
    APPROVAL_TAG +
      canonicalJson({
        ...{ action, params, target, environment, runbook, step, requester, precondition },
        ...{ nonce, notBefore, expiresAt },
      }),
  );
}

/** The bytes whose SHA-256 is `precondition.description`: what people read of the action is covered by what they sign. */
export function descriptionBytes(description: JsonObject): Uint8Array {
  return utf8(canonicalJson(description));
}

const LONGEST_VALUE = 200;

/** A description's sentence with the parameters in their places. */
export function sentenceOf({ sentence }: { readonly sentence: string }, params: JsonObject): string {
  return sentence.replace(/\{([A-Za-z0-9_]+)\}/g, (place, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined) return place;
    return (typeof value === "string" ? value : canonicalJson(value)).slice(0, LONGEST_VALUE);
  });
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_BYTES = 5;

/** `XXXX-XXXX`: the first 40 bits of the digest, for two people to compare by voice. */
export function approvalCode(digest: Uint8Array): string {
  assert(digest.length >= CODE_BYTES, "a digest has 32 bytes");
  let bits = 0n;
  for (const byte of digest.subarray(0, CODE_BYTES)) bits = (bits << 8n) | BigInt(byte);
  const characters = Array.from({ length: 8 }, (_, index) => CROCKFORD[Number((bits >> BigInt(35 - 5 * index)) & 31n)]);
  return `${characters.slice(0, 4).join("")}-${characters.slice(4).join("")}`;
}
