import { z } from "zod";

/** RFC 9068's type for access tokens, and our own for grants: one can never be taken for the other. */
export const ACCESS_TYPE = "at+jwt";
export const GRANT_TYPE = "assay-grant+jwt";

export const MAX_TOKEN_LIFE_MS = 300_000;

const name = z.string().min(1).max(128);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const seconds = z.int().positive();

export const accessClaimsSchema = z.object({
  /** The person's or service's stable id; a service's begins with `service:`. */
  sub: name,
  name: z.string().max(200),
  kind: z.enum(["person", "service"]),
  roles: z.array(z.string().max(64)).max(32),
  /** Tokens of an epoch before the person's present one are revoked. */
  epoch: z.int().min(0),
  jti: name,
  exp: seconds,
});
export type AccessClaims = z.infer<typeof accessClaimsSchema>;

export const grantClaimsSchema = z.object({
  /** Who acts: the plane, on behalf of those who approved. */
  sub: name,
  approvalId: name,
  action: name,
  /** SHA-256 of the canonical JSON of the parameters, lower-case hex. */
  paramsSha256: sha256Hex,
  /** The digest that the people signed, lower-case hex. */
  digest: sha256Hex,
  /** Single use: the system that acts remembers it until `exp`. */
  jti: name,
  exp: seconds,
});
export type GrantClaims = z.infer<typeof grantClaimsSchema>;
