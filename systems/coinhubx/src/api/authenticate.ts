import { roleSchema } from "@assay/operations/manifest/manifest";
import type { TokenVerifier } from "@assay/platform/auth/access-token";
import { bearerToken } from "@assay/platform/auth/bearer";
import { GRANT_TYPE } from "@assay/platform/auth/token-claims";
import type { Authenticate } from "@assay/platform/http/admission";
import type { IncomingRequest } from "@assay/platform/http/route";
import { isRetryable } from "@assay/primitives/failure";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { SCOPES } from "../customers/api-key.ts";
import type { ApiKeys } from "../customers/api-keys.ts";
import { SESSION_PREFIX, type SignIn } from "../customers/sign-in.ts";
import { readSessionCookie } from "./auth/session-cookie.ts";
import type { CustomerPrincipal, Principal } from "./principal.ts";

export interface AuthenticateOptions {
  readonly signIn: SignIn;
  readonly apiKeys: ApiKeys;
  readonly tokens: TokenVerifier;
}

export const ACTION_ROUTE = "/ops/actions/:name";
/** Probes ask these; a stale token only costs them the details. */
const LENIENT_ROUTES: ReadonlySet<string> = new Set(["/api/ready", "/ready"]);

/**
 * Who calls: a bearer token (a customer's session or API key, an operator's access token, a grant), or the cookie of a
 * browser. No other header, and nothing in path or body, says anything about it (A1).
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate<Principal> {
  return async (request) => {
    if (!LENIENT_ROUTES.has(request.route)) return await identify(options, request);
    const known = await identify(options, request).catch((error: unknown) => {
      if (isRetryable(error)) return accept(undefined);
      throw error;
    });
    return known.ok ? known : accept(undefined);
  };
}

type Identified = Result<Principal | undefined, { readonly code: "UNAUTHENTICATED" }>;

async function identify(options: AuthenticateOptions, request: IncomingRequest): Promise<Identified> {
  const { headers, remoteAddress } = request;
  if (headers.authorization === undefined) {
    const cookie = readSessionCookie(headers.cookie);
    return cookie === undefined ? accept(undefined) : await identifySession(options, cookie);
  }
  const token = bearerToken(headers);
  if (token === undefined) return unauthenticated();
  if (token.startsWith(`${SESSION_PREFIX}_`)) return await identifySession(options, token);
  if (token.startsWith("chx_")) return await identifyKey(options, token, remoteAddress);
  if (request.route === ACTION_ROUTE && typeOf(token) === GRANT_TYPE) return accept({ kind: "grant", token });
  return await identifyOperator(options, token);
}

async function identifySession({ signIn }: AuthenticateOptions, token: string): Promise<Identified> {
  const session = await signIn.authenticate(token);
  if (session === undefined) return unauthenticated();
  const { id, createdAt, customerId, restricted } = session;
  const principal: CustomerPrincipal = {
    kind: "customer",
    customerId,
    scopes: SCOPES,
    session: { id, createdAt },
    restricted,
  };
  return accept(principal);
}

async function identifyKey(
  { apiKeys }: AuthenticateOptions,
  token: string,
  remoteAddress: string,
): Promise<Identified> {
  const key = await apiKeys.authenticate(token, remoteAddress);
  if (key === undefined) return unauthenticated();
  const { customerId, scopes, restricted } = key;
  return accept({ kind: "customer", customerId, scopes, session: undefined, restricted });
}

async function identifyOperator({ tokens }: AuthenticateOptions, token: string): Promise<Identified> {
  const verified = await tokens.verifyAccess(token);
  if (!verified.ok) return unauthenticated();
  const { sub, name, kind, roles } = verified.value;
  const known = roles.map((role) => roleSchema.safeParse(role)).flatMap(({ data }) => data ?? []);
  return accept({ kind: kind === "person" ? "operator" : "service", sub, name, roles: known, token });
}

/** The `typ` that a token says it has; it proves nothing and only picks who looks closer. */
function typeOf(token: string): unknown {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString("utf8"));
    return typeof header === "object" && header !== null && "typ" in header ? header.typ : undefined;
  } catch {
    return undefined;
  }
}

function unauthenticated(): Identified {
  return refuse({ code: "UNAUTHENTICATED" });
}

/** The stable name of a caller, for logs and rate limits. */
export function identityOf(principal: Principal): string {
  switch (principal.kind) {
    case "customer":
      return principal.customerId;
    case "grant":
      return "grant";
    default:
      return principal.sub;
  }
}
