import { assert } from "@assay/primitives/assert";
import { toHex } from "@assay/primitives/bytes";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { Failure } from "@assay/primitives/failure";
import { sha256Hex } from "@assay/primitives/hash";
import { SECOND_MS } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Refused, type Result, refuse } from "@assay/primitives/result";
import { jwtVerify, SignJWT } from "jose";
import type { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import type { Random } from "../random/random.ts";
import type { SigningKey } from "../signing/ed25519.ts";
import {
  ACCESS_TYPE,
  type AccessClaims,
  accessClaimsSchema,
  GRANT_TYPE,
  type GrantClaims,
  grantClaimsSchema,
  MAX_TOKEN_LIFE_MS,
} from "./token-claims.ts";
import type { VerificationKeys } from "./verification-keys.ts";

export type { AccessClaims, GrantClaims };

export interface AccessTokenInput extends Omit<AccessClaims, "exp" | "jti"> {
  /** The system it is for; no other accepts it. */
  readonly aud: string;
  /** At most 5 min. */
  readonly ttlMs: number;
}

export interface GrantInput extends Omit<GrantClaims, "exp" | "jti"> {
  readonly aud: string;
  readonly ttlMs: number;
}

/** Issues tokens that systems verify without asking anybody. */
export interface TokenSigner {
  sign(input: AccessTokenInput): Promise<string>;
  /** A grant lets one action run once, with exactly the parameters that were approved. */
  signGrant(input: GrantInput): Promise<string>;
  /** The public keys to publish (RFC 7517). */
  jwks(): { readonly keys: readonly JsonObject[] };
}

const ALGORITHM = "EdDSA";
/** Clocks of two machines may differ by this much. */
const CLOCK_TOLERANCE_S = 5;
const LONGEST_TOKEN = 8_192;

export function createTokenSigner(options: {
  readonly issuer: string;
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly random: Random;
}): TokenSigner {
  const { issuer, key, clock, random } = options;

  const sign = async (type: string, claims: JsonObject, { aud, ttlMs }: { aud: string; ttlMs: number }) => {
    assert(ttlMs > 0 && ttlMs <= MAX_TOKEN_LIFE_MS, "a token lives at most 5 minutes");
    const now = clock.now();
    return await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: ALGORITHM, typ: type, kid: key.id })
      .setIssuer(issuer)
      .setAudience(aud)
      .setIssuedAt(Math.floor(now / SECOND_MS))
      .setExpirationTime(Math.floor((now + ttlMs) / SECOND_MS))
      .setJti(toHex(random.bytes(16)))
      .sign(key.privateKeyObject);
  };
  return {
    sign: ({ aud, ttlMs, ...claims }) => sign(ACCESS_TYPE, claims, { aud, ttlMs }),
    signGrant: ({ aud, ttlMs, ...claims }) => sign(GRANT_TYPE, claims, { aud, ttlMs }),
    jwks: () => ({ keys: [publicJwk(key)] }),
  };
}

function publicJwk({ id, publicKey }: SigningKey): JsonObject {
  const x = Buffer.from(publicKey).toString("base64url");
  return { kty: "OKP", crv: "Ed25519", x, kid: id, alg: ALGORITHM, use: "sig" };
}

/** SHA-256 of the canonical JSON of an action's parameters: what a grant is bound to. */
export function hashParams(params: JsonObject): string {
  return sha256Hex(canonicalJson(params));
}

export interface TokenVerifier {
  /** @throws Failure `IDENTITY_UNAVAILABLE` (retryable) when no keys of the issuer are known. */
  verifyAccess(token: string): Promise<Result<AccessClaims, { readonly code: "UNAUTHENTICATED" }>>;
  /** The caller refuses a `jti` that it has seen before. @throws as {@link verifyAccess}. */
  verifyGrant(
    token: string,
    asked: { readonly action: string; readonly params: JsonObject },
  ): Promise<Result<GrantClaims, { readonly code: "APPROVAL_INVALID"; readonly detail: string }>>;
}

export interface TokenVerifierOptions {
  readonly issuer: string;
  /** The name of this system. */
  readonly audience: string;
  readonly keys: VerificationKeys;
  readonly clock: Clock;
  /** Whether a person's tokens of this epoch have been revoked; see `watchRevocations`. */
  readonly isRevoked?: (sub: string, epoch: number) => boolean;
}

export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { isRevoked = () => false } = options;
  return {
    async verifyAccess(token) {
      const claims = await verify(token, { type: ACCESS_TYPE, schema: accessClaimsSchema, options });
      if (claims === undefined || isRevoked(claims.sub, claims.epoch)) return refuse({ code: "UNAUTHENTICATED" });
      return accept(claims);
    },
    async verifyGrant(token, { action, params }) {
      const claims = await verify(token, { type: GRANT_TYPE, schema: grantClaimsSchema, options });
      if (claims === undefined) return invalidGrant("The grant is not one of ours, or it has expired.");
      if (claims.action !== action) return invalidGrant("The grant is for another action.");
      if (claims.paramsSha256 !== hashParams(params)) return invalidGrant("The grant is for other parameters.");
      return accept(claims);
    },
  };
}

function invalidGrant(detail: string): Refused<{ readonly code: "APPROVAL_INVALID"; readonly detail: string }> {
  return refuse({ code: "APPROVAL_INVALID", detail });
}

/** The claims of a good token of this type, or `undefined`; nothing says why, because only a forger would ask. */
async function verify<Claims>(
  token: string,
  expected: { readonly type: string; readonly schema: z.ZodType<Claims>; readonly options: TokenVerifierOptions },
): Promise<Claims | undefined> {
  const { type, schema, options } = expected;
  const { issuer, audience, keys, clock } = options;
  if (token.length > LONGEST_TOKEN) return undefined;
  try {
    const { payload } = await jwtVerify(token, async ({ kid }) => await keyOf(kid, keys), {
      issuer,
      audience,
      typ: type,
      algorithms: [ALGORITHM],
      currentDate: new Date(clock.now()),
      clockTolerance: CLOCK_TOLERANCE_S,
      maxTokenAge: MAX_TOKEN_LIFE_MS / SECOND_MS + CLOCK_TOLERANCE_S,
      requiredClaims: ["exp", "iat", "jti", "sub"],
    });
    const claims = schema.safeParse(payload);
    return claims.success ? claims.data : undefined;
  } catch (error) {
    if (error instanceof Failure) throw error;
    return undefined;
  }
}

async function keyOf(keyId: string | undefined, keys: VerificationKeys) {
  const key = keyId === undefined ? undefined : await keys.find(keyId);
  if (key === undefined) throw new Error("the issuer has no such key");
  return key;
}
