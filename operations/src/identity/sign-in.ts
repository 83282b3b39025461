import { newOpaqueToken } from "@assay/platform/auth/opaque-token";
import { hashPassword, verifyPassword } from "@assay/platform/auth/password";
import type { Clock } from "@assay/platform/clock/clock";
import { visitorKey } from "@assay/platform/http/networks";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { toHex } from "@assay/primitives/bytes";
import { newId } from "@assay/primitives/id";
import { addMs, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { LoginThrottle, Throttled } from "./login-throttle.ts";
import { findByMailbox, findPerson, type PersonWithSecrets } from "./people-store.ts";
import { mailboxOf, type Person } from "./person.ts";
import type { PersonPrincipal } from "./principal.ts";
import type { SecondFactor, SecondFactorRefusal } from "./second-factor.ts";
import {
  deleteExpiredSessions,
  deleteSessionsOf,
  insertSession,
  SESSION_LIFETIME_MS,
  type Session,
  type SessionTransport,
} from "./session-store.ts";

// Ten guesses at an account, then one each half minute; a visitor has three times that, for all accounts together.
const ACCOUNT_GUESSES = { burst: 10, everyMs: 30 * SECOND_MS };
const VISITOR_GUESSES = { burst: 30, everyMs: 10 * SECOND_MS };
export const CODE_GUESSES = { burst: 10, everyMs: MINUTE_MS };
const LONGEST_USER_AGENT = 200;

/** Where a call comes from. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string;
}

export interface SignInInput {
  readonly email: string;
  readonly password: string;
  readonly totp: string | undefined;
  readonly transport: SessionTransport;
}

export interface SignedIn {
  readonly person: Person;
  readonly session: Session;
  readonly token: string;
}

export type SignInRefusal = { readonly code: "BAD_CREDENTIALS" | "TOTP_REQUIRED" } | SecondFactorRefusal;

export interface SignInOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly throttle: LoginThrottle;
  readonly secondFactor: SecondFactor;
}

/** Opens sessions with a password and, where it is set up, a second factor. */
export class SignIn {
  readonly #options: SignInOptions;
  #nobodysHash: Promise<string> | undefined;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** Answers alike, and takes as long, for a wrong password and for an address that nobody has. */
  async signIn(input: SignInInput, visitor: Visitor): Promise<Result<SignedIn, SignInRefusal>> {
    const mailbox = mailboxOf(input.email);
    const keys = [`account:${mailbox}`, `visitor:${visitorKey(visitor.address)}`] as const;
    const taken = this.#options.throttle.take({ [keys[0]]: ACCOUNT_GUESSES, [keys[1]]: VISITOR_GUESSES });
    if (!taken.ok) return taken;
    const person = await this.#withPassword(mailbox, input.password);
    if (person === undefined) {
      await this.#options.audit.append(undefined, {
        actor: { kind: "anonymous", id: visitor.address, name: input.email },
        action: "session.refused",
        target: mailbox,
        details: { code: "BAD_CREDENTIALS", address: visitor.address },
      });
      return refuse({ code: "BAD_CREDENTIALS" });
    }
    this.#options.throttle.giveBack(...keys);
    return await this.#options.database.transaction((transaction) =>
      this.#open(transaction, person, { input, visitor }),
    );
  }

  /** The new password ends every other session and every token. */
  async changePassword(
    principal: PersonPrincipal,
    { current, password }: { readonly current: string; readonly password: string },
  ): Promise<Result<void, { readonly code: "BAD_CREDENTIALS" } | Throttled>> {
    const { throttle, database, audit } = this.#options;
    const key = `account:${mailboxOf(principal.email)}`;
    const taken = throttle.take({ [key]: ACCOUNT_GUESSES });
    if (!taken.ok) return taken;
    const person = await findPerson(database, principal.personId);
    if (person?.passwordHash == null || !(await verifyPassword(current, person.passwordHash))) {
      return refuse({ code: "BAD_CREDENTIALS" });
    }
    throttle.giveBack(key);
    const passwordHash = await hashPassword(password);
    await database.transaction(async (transaction) => {
      await transaction.execute(sql`
        update people set password_hash = ${passwordHash}, epoch = epoch + 1 where id = ${person.id}`);
      const ended = await deleteSessionsOf(transaction, person.id, principal.sessionId);
      const entry = { action: "people.password.changed", target: person.id, details: { sessionsEnded: ended } };
      await audit.append(transaction, { actor: actorOf(person), ...entry });
    });
    return accept(undefined);
  }

  async #withPassword(mailbox: string, password: string): Promise<PersonWithSecrets | undefined> {
    const person = await findByMailbox(this.#options.database, mailbox);
    this.#nobodysHash ??= hashPassword(toHex(this.#options.random.bytes(16)));
    const isRight = await verifyPassword(password, person?.passwordHash ?? (await this.#nobodysHash));
    return isRight && person?.state === "active" ? person : undefined;
  }

  async #open(
    transaction: Sql,
    person: PersonWithSecrets,
    { input, visitor }: { readonly input: SignInInput; readonly visitor: Visitor },
  ): Promise<Result<SignedIn, SignInRefusal>> {
    const { secondFactor, clock, random, audit } = this.#options;
    if (person.hasTotp) {
      if (input.totp === undefined) return refuse({ code: "TOTP_REQUIRED" });
      const verified = await secondFactor.verify(transaction, person.id, input.totp);
      if (!verified.ok) return verified;
    }
    const now = clock.now();
    const { token, tokenHash } = newOpaqueToken(random, "ses");
    const session: Session = {
      id: newId("ses", now, random),
      personId: person.id,
      transport: input.transport,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: addMs(now, SESSION_LIFETIME_MS),
      steppedUpAt: person.hasTotp ? now : null,
      address: visitor.address,
      userAgent: visitor.userAgent.slice(0, LONGEST_USER_AGENT),
    };
    await deleteExpiredSessions(transaction, now);
    await insertSession(transaction, tokenHash, session);
    await audit.append(transaction, {
      actor: actorOf(person),
      action: "session.opened",
      target: session.id,
      details: { address: visitor.address, transport: input.transport, totp: person.hasTotp },
    });
    return accept({ person, session, token });
  }
}

/** A person as the audit log names them. */
export function actorOf(person: { readonly id: string; readonly name: string }): AuditActor {
  return { kind: "person", id: person.id, name: person.name };
}
