import { createTokenSigner, createTokenVerifier, type TokenVerifier } from "@assay/platform/auth/access-token";
import { localKeys } from "@assay/platform/auth/verification-keys";
import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { SigningKey } from "@assay/platform/signing/ed25519";
import type { Sql } from "@assay/platform/storage/database";
import { addMs, type Instant, MINUTE_MS } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { GrantSigner } from "../actions/action-runner.ts";
import type { Role } from "../manifest/manifest.ts";
import { findActive, readEpochs } from "./people-store.ts";
import type { Person } from "./person.ts";

export const TOKEN_ISSUER = "assay";
const ACCESS_LIFETIME_MS = 5 * MINUTE_MS;
const GRANT_LIFETIME_MS = MINUTE_MS;
const PLANE_ROLES: readonly Role[] = ["viewer", "operator"];

export interface AccessToken {
  readonly token: string;
  readonly expiresAt: Instant;
}

export interface TokensOptions {
  readonly database: Sql;
  readonly clock: Clock;
  readonly random: Random;
  readonly key: SigningKey;
}

/** What the systems believe without asking: short tokens of people, of the plane itself, and grants. */
export class Tokens implements GrantSigner {
  readonly #options: TokensOptions;
  readonly #signer: ReturnType<typeof createTokenSigner>;

  constructor(options: TokensOptions) {
    this.#options = options;
    const { key, clock, random } = options;
    this.#signer = createTokenSigner({ issuer: TOKEN_ISSUER, key, clock, random });
  }

  jwks(): { readonly keys: readonly JsonObject[] } {
    return this.#signer.jwks();
  }

  /** With the roles that the person has now; undefined when they may not act any more. */
  async forPerson(personId: string, audience: string): Promise<AccessToken | undefined> {
    const [person] = await findActive(this.#options.database, [personId]);
    if (person === undefined || person.roles.length === 0) return undefined;
    const { id: sub, name, roles, epoch } = person;
    return await this.#sign({ sub, name, kind: "person", roles: [...roles], epoch }, audience);
  }

  /** The plane calling a system on its own behalf. */
  async forPlane(audience: string): Promise<AccessToken> {
    const roles = [...PLANE_ROLES];
    return await this.#sign(
      { sub: "service:operations", name: "operations", kind: "service", roles, epoch: 0 },
      audience,
    );
  }

  async access(personId: string, system: string): Promise<string | undefined> {
    return (await this.forPerson(personId, system))?.token;
  }

  async grant(grant: Parameters<GrantSigner["grant"]>[0]): Promise<string> {
    const { requesterId: sub, system: aud, ...bound } = grant;
    return await this.#signer.signGrant({ sub, aud, ...bound, ttlMs: GRANT_LIFETIME_MS });
  }

  /** Whose token a system passes on: it must be for that system, and of the person's present epoch. */
  async requester(token: string, system: string): Promise<Result<Person, { readonly code: "UNAUTHENTICATED" }>> {
    const verified = await this.#verifierFor(system).verifyAccess(token);
    if (!verified.ok) return verified;
    const { sub, kind, epoch } = verified.value;
    const [person] = kind === "person" ? await findActive(this.#options.database, [sub]) : [];
    return person === undefined || person.epoch !== epoch ? refuse({ code: "UNAUTHENTICATED" }) : accept(person);
  }

  /** Everybody whose earlier tokens are no longer good. */
  async revocations(): Promise<{ sub: string; epoch: number }[]> {
    return await readEpochs(this.#options.database);
  }

  #verifierFor(audience: string): TokenVerifier {
    const { clock } = this.#options;
    return createTokenVerifier({ issuer: TOKEN_ISSUER, audience, keys: localKeys(() => this.jwks()), clock });
  }

  async #sign(
    claims: { sub: string; name: string; kind: "person" | "service"; roles: string[]; epoch: number },
    aud: string,
  ): Promise<AccessToken> {
    const expiresAt = addMs(this.#options.clock.now(), ACCESS_LIFETIME_MS);
    return { token: await this.#signer.sign({ ...claims, aud, ttlMs: ACCESS_LIFETIME_MS }), expiresAt };
  }
}
