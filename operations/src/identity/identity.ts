import type { Clock } from "@assay/platform/clock/clock";
import type { Authenticate } from "@assay/platform/http/admission";
import type { Database } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import { listApiKeys } from "./api-key-store.ts";
import type { ApiKeys } from "./api-keys.ts";
import { actorOf } from "./open-session.ts";
import { passkeyOwners } from "./passkey-store.ts";
import type { Passkeys } from "./passkeys.ts";
import type { People } from "./people.ts";
import { findActive, listPeople, raiseEpoch } from "./people-store.ts";
import type { Person } from "./person.ts";
import type { PersonPrincipal, Principal } from "./principal.ts";
import type { ProviderSignIn } from "./provider-sign-in.ts";
import type { SecondFactor, SecondFactorRefusal } from "./second-factor.ts";
import type { ServiceKeys } from "./service-keys.ts";
import { deleteSession, deleteSessionsOf, isSessionOpen, listSessions, type Session } from "./session-store.ts";
import type { SignIn } from "./sign-in.ts";
import type { StepUp, StepUpProof, StepUpRefusal } from "./step-up.ts";
import type { Tokens } from "./tokens.ts";

export interface IdentityParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly authenticate: Authenticate<Principal>;
  readonly signIn: SignIn;
  readonly people: People;
  readonly secondFactor: SecondFactor;
  readonly stepUp: StepUp;
  readonly passkeys: Passkeys;
  readonly apiKeys: ApiKeys;
  readonly provider: ProviderSignIn;
  readonly tokens: Tokens;
  readonly serviceKeys: ServiceKeys;
  /** Whether cookies travel only over HTTPS. */
  readonly secureCookies: boolean;
}

/** Who is who at the plane. */
export class Identity {
  readonly authenticate: Authenticate<Principal>;
  readonly signIn: SignIn;
  readonly people: People;
  readonly secondFactor: SecondFactor;
  readonly stepUp: StepUp;
  readonly passkeys: Passkeys;
  readonly apiKeys: ApiKeys;
  readonly provider: ProviderSignIn;
  readonly tokens: Tokens;
  readonly serviceKeys: ServiceKeys;
  readonly secureCookies: boolean;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #audit: AuditLog;
  readonly #events: EventPublisher;

  constructor(parts: IdentityParts) {
    this.authenticate = parts.authenticate;
    this.signIn = parts.signIn;
    this.people = parts.people;
    this.secondFactor = parts.secondFactor;
    this.stepUp = parts.stepUp;
    this.passkeys = parts.passkeys;
    this.apiKeys = parts.apiKeys;
    this.provider = parts.provider;
    this.tokens = parts.tokens;
    this.serviceKeys = parts.serviceKeys;
    this.secureCookies = parts.secureCookies;
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#audit = parts.audit;
    this.#events = parts.events;
  }

  /** Everybody, removed people too. */
  async list(): Promise<readonly Person[]> {
    return await listPeople(this.#database);
  }

  /** Those of them who have a passkey. */
  async passkeyOwners(): Promise<ReadonlySet<string>> {
    return await passkeyOwners(this.#database);
  }

  /** What ends when somebody is removed. */
  async heldBy(personId: string): Promise<{ sessions: number; passkeys: number; apiKeys: string[]; linked: boolean }> {
    const keys = await listApiKeys(this.#database, personId);
    const active = keys.filter(({ revokedAt, expiresAt }) => revokedAt === null && expiresAt > this.#clock.now());
    return {
      sessions: (await this.sessions(personId)).length,
      passkeys: await this.countPasskeys(personId),
      apiKeys: active.map(({ name }) => name),
      linked: (await this.provider.linkOf(personId)) !== undefined,
    };
  }

  /** Those who may act now. */
  async active(): Promise<readonly Person[]> {
    return (await this.list()).filter(({ state }) => state === "active");
  }

  /** The person as they are now; undefined when they may not act. */
  async find(personId: string): Promise<Person | undefined> {
    return (await findActive(this.#database, [personId]))[0];
  }

  /** A proof, or a session that was stepped up a moment ago: for what one person may do alone, in the next five minutes. */
  async requireProof(
    principal: PersonPrincipal,
    proof: StepUpProof | undefined,
  ): Promise<Result<void, StepUpRefusal | { readonly code: "TOTP_REQUIRED" }>> {
    return await this.#database.transaction((transaction) => this.stepUp.require(transaction, principal, proof));
  }

  async countPasskeys(personId: string): Promise<number> {
    return (await this.passkeys.list(personId)).length;
  }

  /** The new authenticator counts from its first right code on. */
  async confirmSecondFactor(principal: PersonPrincipal, code: string): Promise<Result<void, SecondFactorRefusal>> {
    return await this.#database.transaction(async (transaction) => {
      const confirmed = await this.secondFactor.confirm(transaction, principal, code);
      if (!confirmed.ok) return confirmed;
      const actor = actorOf({ id: principal.personId, name: principal.name });
      const entry = { action: "people.totp.confirmed", target: principal.personId, details: {} };
      await this.#audit.append(transaction, { actor, ...entry });
      return confirmed;
    });
  }

  now(): Instant {
    return this.#clock.now();
  }

  async sessions(personId: string): Promise<readonly Session[]> {
    return await listSessions(this.#database, personId, this.#clock.now());
  }

  async isSignedIn(sessionId: string): Promise<boolean> {
    return await isSessionOpen(this.#database, sessionId, this.#clock.now());
  }

  /** Ends one of the person's own sessions; the next call with it is refused, and its open pages close. */
  async endSession(
    principal: PersonPrincipal,
    sessionId: string,
  ): Promise<Result<void, { readonly code: "NOT_FOUND" }>> {
    const ended = await this.#database.transaction(async (transaction) => {
      if (!(await deleteSession(transaction, sessionId, principal.personId))) return false;
      const actor = actorOf({ id: principal.personId, name: principal.name });
      await this.#audit.append(transaction, { actor, action: "session.ended", target: sessionId, details: {} });
      return true;
    });
    if (!ended) return refuse({ code: "NOT_FOUND" });
    this.#events.publish({ topic: "people", id: principal.personId });
    return accept(undefined);
  }

  /** Ends every other session of the person, and every token given to them; the number of sessions that ended. */
  async endOtherSessions(principal: PersonPrincipal): Promise<number> {
    const { personId, sessionId } = principal;
    const ended = await this.#database.transaction(async (transaction) => {
      await raiseEpoch(transaction, personId);
      const count = await deleteSessionsOf(transaction, personId, sessionId);
      const entry = { action: "session.others.ended", target: personId, details: { sessionsEnded: count } };
      await this.#audit.append(transaction, { actor: actorOf({ id: personId, name: principal.name }), ...entry });
      return count;
    });
    this.#events.publish({ topic: "people", id: personId });
    return ended;
  }
}
