import type { OidcClient, OidcSubject } from "@assay/platform/auth/oidc";
import { hashOpaqueToken, newOpaqueToken } from "@assay/platform/auth/opaque-token";
import type { Clock } from "@assay/platform/clock/clock";
import { visitorKey } from "@assay/platform/http/networks";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { addMs, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { LoginThrottle, Throttled } from "./login-throttle.ts";
import {
  deleteLinksOf,
  findLink,
  findLinkOf,
  insertFlow,
  insertLink,
  noteLinkUsed,
  type OidcLink,
  takeFlow,
} from "./oidc-store.ts";
import { actorOf, openSession, type SignedIn, type Visitor } from "./open-session.ts";
import { findActive, findPerson } from "./people-store.ts";
import { mailboxOf } from "./person.ts";
import type { PersonPrincipal } from "./principal.ts";
import type { StepUp, StepUpProof, StepUpRefusal } from "./step-up.ts";

export const FLOW_LIFETIME_MS = 10 * MINUTE_MS;
const VISITOR_TRIES = { burst: 30, everyMs: 10 * SECOND_MS };

export interface ProviderSignInOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly throttle: LoginThrottle;
  readonly stepUp: StepUp;
  /** Undefined when no provider is configured. */
  readonly client: OidcClient | undefined;
  /** Where the provider sends people back to. */
  readonly redirectUrl: string;
}

/** The way to the provider: `url` for the browser, which keeps `token` in a cookie until it comes back. */
export interface ProviderTrip {
  readonly url: string;
  readonly token: string;
}

type NoProvider = { readonly code: "PROVIDER_NOT_CONFIGURED" };

/** `PROVIDER_NOT_LINKED` is the answer for everybody whom the provider knows and no link does, enrolled here or not. */
export type ReturnRefusal = {
  readonly code:
    | "PROVIDER_NOT_CONFIGURED"
    | "PROVIDER_TRIP_UNKNOWN"
    | "PROVIDER_REFUSED"
    | "PROVIDER_NOT_LINKED"
    | "PROVIDER_EMAIL_NOT_VERIFIED"
    | "PROVIDER_EMAIL_DIFFERS"
    | "PROVIDER_LINKED_ALREADY";
};

export type Returned =
  | { readonly kind: "signed-in"; readonly opened: SignedIn }
  | { readonly kind: "linked"; readonly link: OidcLink };

/**
 * Sign-in by an identity provider: only people who are enrolled and linked their account themselves, from their own session.
 * The provider gives nobody a role, and its second factor is not ours: signing asks for a code or a passkey as ever.
 */
export class ProviderSignIn {
  readonly #options: ProviderSignInOptions;

  constructor(options: ProviderSignInOptions) {
    this.#options = options;
  }

  /** The provider's name for itself; undefined when there is none. */
  get issuer(): string | undefined {
    return this.#options.client?.issuer;
  }

  /** @throws Failure `IDENTITY_PROVIDER_UNAVAILABLE` (retryable). */
  async beginSignIn(visitor: Visitor): Promise<Result<ProviderTrip, NoProvider | Throttled>> {
    const taken = this.#options.throttle.take({ [`provider:${visitorKey(visitor.address)}`]: VISITOR_TRIES });
    return taken.ok ? await this.#begin(null) : taken;
  }

  /** Whoever links proves themselves first. @throws Failure `IDENTITY_PROVIDER_UNAVAILABLE` (retryable). */
  async beginLink(
    by: PersonPrincipal,
    proof: StepUpProof | undefined,
  ): Promise<Result<ProviderTrip, NoProvider | StepUpRefusal | { readonly code: "TOTP_REQUIRED" }>> {
    const { database, stepUp } = this.#options;
    const proved = await database.transaction((transaction) => stepUp.require(transaction, by, proof));
    return proved.ok ? await this.#begin(by.personId) : proved;
  }

  /** The browser is back. @throws Failure `IDENTITY_PROVIDER_UNAVAILABLE` (retryable). */
  async finish(
    { token, query }: { readonly token: string; readonly query: URLSearchParams },
    visitor: Visitor,
  ): Promise<Result<Returned, ReturnRefusal>> {
    const { client, clock, database, redirectUrl } = this.#options;
    if (client === undefined) return refuse({ code: "PROVIDER_NOT_CONFIGURED" });
    const flow = await takeFlow(database, hashOpaqueToken(token), clock.now());
    if (flow === undefined) return await this.#refuse("PROVIDER_TRIP_UNKNOWN", { visitor });
    const vouched = await client.finish(flow, `${redirectUrl}?${query}`);
    if (!vouched.ok) return await this.#refuse("PROVIDER_REFUSED", { visitor, reason: vouched.refusal.reason });
    return flow.personId === null
      ? await this.#signIn(vouched.value, visitor)
      : await this.#link(vouched.value, { personId: flow.personId, visitor });
  }

  async linkOf(personId: string): Promise<OidcLink | undefined> {
    const { client, database } = this.#options;
    return client === undefined ? undefined : await findLinkOf(database, client.issuer, personId);
  }

  async unlink(by: PersonPrincipal): Promise<Result<void, { readonly code: "NOT_FOUND" }>> {
    const removed = await this.#options.database.transaction(async (transaction) => {
      if (!(await deleteLinksOf(transaction, by.personId))) return false;
      const actor = actorOf({ id: by.personId, name: by.name });
      const entry = { action: "people.provider.unlinked", target: by.personId, details: {} };
      await this.#options.audit.append(transaction, { actor, ...entry });
      return true;
    });
    return removed ? accept(undefined) : refuse({ code: "NOT_FOUND" });
  }

  async #begin(personId: string | null): Promise<Result<ProviderTrip, NoProvider>> {
    const { client, clock, random, database, redirectUrl } = this.#options;
    if (client === undefined) return refuse({ code: "PROVIDER_NOT_CONFIGURED" });
    const { url, flow } = await client.begin(redirectUrl);
    const { token, tokenHash } = newOpaqueToken(random);
    const now = clock.now();
    const stored = { flow: { ...flow, personId }, now, expiresAt: addMs(now, FLOW_LIFETIME_MS) };
    await database.transaction((transaction) => insertFlow(transaction, tokenHash, stored));
    return accept({ url, token });
  }

  async #signIn(subject: OidcSubject, visitor: Visitor): Promise<Result<Returned, ReturnRefusal>> {
    const { database, clock } = this.#options;
    const opened = await database.transaction(async (transaction) => {
      const link = await findLink(transaction, subject.issuer, subject.subject);
      const [person] = link === undefined ? [] : await findActive(transaction, [link.personId]);
      if (link === undefined || person === undefined) return undefined;
      await noteLinkUsed(transaction, link, clock.now());
      const opening = { person, visitor, transport: "cookie", method: "identity provider" } as const;
      return await openSession(this.#options, transaction, opening);
    });
    if (opened !== undefined) return accept({ kind: "signed-in", opened });
    return await this.#refuse("PROVIDER_NOT_LINKED", { visitor, subject });
  }

  /** The provider must vouch for the person's own mailbox, or somebody could link a stranger's account to themselves. */
  async #link(
    subject: OidcSubject,
    { personId, visitor }: { readonly personId: string; readonly visitor: Visitor },
  ): Promise<Result<Returned, ReturnRefusal>> {
    const { database, clock } = this.#options;
    if (!subject.isEmailVerified) return await this.#refuse("PROVIDER_EMAIL_NOT_VERIFIED", { visitor, subject });
    const linked = await database.transaction(async (transaction): Promise<Result<OidcLink, ReturnRefusal>> => {
      const person = await findPerson(transaction, personId, true);
      if (person?.state !== "active") return refuse({ code: "PROVIDER_TRIP_UNKNOWN" });
      if (mailboxOf(subject.email ?? "") !== mailboxOf(person.email)) return refuse({ code: "PROVIDER_EMAIL_DIFFERS" });
      const link = { issuer: subject.issuer, subject: subject.subject, personId, linkedAt: clock.now() };
      if (!(await insertLink(transaction, link))) return refuse({ code: "PROVIDER_LINKED_ALREADY" });
      await this.#recordLink(transaction, person, link);
      return accept(link);
    });
    if (linked.ok) return accept({ kind: "linked", link: linked.value });
    return await this.#refuse(linked.refusal.code, { visitor, subject });
  }

  async #recordLink(transaction: Sql, person: { readonly id: string; readonly name: string }, link: OidcLink) {
    const details = { issuer: link.issuer, subject: link.subject };
    const entry = { action: "people.provider.linked", target: person.id, details };
    await this.#options.audit.append(transaction, { actor: actorOf(person), ...entry });
  }

  /** Which part was wrong is for the log; the answer names the step and no more. */
  async #refuse<Code extends ReturnRefusal["code"]>(
    code: Code,
    {
      visitor,
      subject,
      reason,
    }: { readonly visitor: Visitor; readonly subject?: OidcSubject; readonly reason?: string },
  ) {
    await this.#options.audit.append(undefined, {
      actor: { kind: "anonymous", id: visitor.address, name: subject?.email ?? "" },
      action: "session.refused",
      target: subject?.subject ?? "identity provider",
      details: { code, address: visitor.address, ...(reason === undefined ? {} : { reason }) },
    });
    return refuse({ code });
  }
}
