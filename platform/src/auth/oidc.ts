import { Failure } from "@assay/primitives/failure";
import { accept, type Result, refuse } from "@assay/primitives/result";
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import type { Clock } from "../clock/clock.ts";
import type { Secret } from "../config/secret.ts";

export interface OidcSettings {
  /** As the provider names itself. Plain HTTP is taken for loopback only. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret<string>;
}

/** What must be remembered, and kept from everybody else, between the way there and the way back. */
export interface OidcFlow {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Whom the provider vouches for. */
export interface OidcSubject {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  readonly isEmailVerified: boolean;
}

/** `reason` is for the log: one word of the protocol, never shown to whoever came back. */
export interface OidcRefusal {
  readonly code: "PROVIDER_REFUSED";
  readonly reason: string;
}

/** Claims about a person, as the provider writes them. */
type Profile = Readonly<Record<string, unknown>>;

const DISCOVERY_LIFETIME_MS = 600_000;
const TIMEOUT_S = 10;
const LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"];

/** Whether what is said to this address stays between two: HTTPS, or plain HTTP within one machine. */
export function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || LOOPBACK_HOSTS.includes(hostname);
}

/** An OpenID provider as this site uses it: authorization code flow with PKCE, state and nonce (OpenID Connect Core §3.1). */
export class OidcClient {
  readonly #settings: OidcSettings;
  readonly #clock: Clock;
  #found: { readonly configuration: Configuration; readonly atMs: number } | undefined;

  constructor(settings: OidcSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  get issuer(): string {
    return this.#settings.issuer;
  }

  /** @throws Failure `IDENTITY_PROVIDER_UNAVAILABLE` (retryable). */
  async begin(redirectUrl: string): Promise<{ readonly url: string; readonly flow: OidcFlow }> {
    const configuration = await this.#configuration();
    const flow = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUrl,
      scope: "openid email",
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(flow.codeVerifier),
      code_challenge_method: "S256",
    });
    return { url: url.href, flow };
  }

  /**
   * Exchanges the code that came back, once, and checks issuer, audience, signature, times, state and nonce.
   * @throws Failure `IDENTITY_PROVIDER_UNAVAILABLE` (retryable).
   */
  async finish(flow: OidcFlow, callbackUrl: string): Promise<Result<OidcSubject, OidcRefusal>> {
    const configuration = await this.#configuration();
    try {
      const tokens = await authorizationCodeGrant(configuration, new URL(callbackUrl), {
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        pkceCodeVerifier: flow.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      // Providers may keep the address out of the ID token; the subject must be the same one.
      const profile: Profile =
        claims.email === undefined ? await this.#profile(configuration, tokens, claims.sub) : claims;
      const email = typeof profile.email === "string" ? profile.email : undefined;
      const isEmailVerified = profile.email_verified === true;
      return accept({ issuer: claims.iss, subject: claims.sub, email, isEmailVerified });
    } catch (error) {
      return refuse({ code: "PROVIDER_REFUSED", reason: reasonOf(error) });
    }
  }

  async #profile(
    configuration: Configuration,
    { access_token }: { access_token: string },
    subject: string,
  ): Promise<Profile> {
    return configuration.serverMetadata().userinfo_endpoint === undefined
      ? {}
      : await fetchUserInfo(configuration, access_token, subject);
  }

  async #configuration(): Promise<Configuration> {
    const now = this.#clock.monotonicMs();
    if (this.#found !== undefined && now - this.#found.atMs < DISCOVERY_LIFETIME_MS) return this.#found.configuration;
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    const isLocal = url.protocol === "http:" && isPrivate(issuer);
    try {
      const configuration = await discovery(url, clientId, clientSecret.reveal(), undefined, {
        timeout: TIMEOUT_S,
        ...(isLocal ? { execute: [allowInsecureRequests] } : {}),
      });
      configuration.timeout = TIMEOUT_S;
      this.#found = { configuration, atMs: now };
      return configuration;
    } catch (cause) {
      throw new Failure("IDENTITY_PROVIDER_UNAVAILABLE", { retryable: true, cause, details: { issuer } });
    }
  }
}

/** @throws Failure `IDENTITY_PROVIDER_UNAVAILABLE` when the provider said nothing at all. */
function reasonOf(error: unknown): string {
  if (error instanceof AuthorizationResponseError) return error.error;
  if (error instanceof ResponseBodyError && error.status < 500) return error.error;
  if (error instanceof ClientError && error.code !== undefined && error.code !== "OAUTH_TIMEOUT") return error.code;
  throw new Failure("IDENTITY_PROVIDER_UNAVAILABLE", { retryable: true, cause: error });
}
