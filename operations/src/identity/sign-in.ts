import { hashPassword, verifyPassword } from "@assay/platform/auth/password";
import type { Clock } from "@assay/platform/clock/clock";
import { visitorKey } from "@assay/platform/http/networks";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { toHex } from "@assay/primitives/bytes";
import { MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { LoginThrottle, Throttled } from "./login-throttle.ts";
import { actorOf, openSession, type SignedIn, type Visitor } from "./open-session.ts";
import { findActive, findByMailbox, findPerson, type PersonWithSecrets } from "./people-store.ts";
import { mailboxOf } from "./person.ts";
import type { PersonPrincipal } from "./principal.ts";
import type { SecondFactor, SecondFactorRefusal } from "./second-factor.ts";
import { deleteSessionsOf, type SessionTransport } from "./session-store.ts";
import type { StepUp, StepUpProof, StepUpRefusal } from "./step-up.ts";

// Ten guesses at an account, then one each half minute; a visitor has three times that, for all accounts together.
const ACCOUNT_GUESSES = { burst: 10, everyMs: 30 * SECOND_MS };
const VISITOR_GUESSES = { burst: 30, everyMs: 10 * SECOND_MS };
const ONCE_A_MINUTE = { burst: 1, everyMs: MINUTE_MS };
export const CODE_GUESSES = { burst: 10, everyMs: MINUTE_MS };

export interface SignInInput {
  readonly email: string;
  readonly password: string;
  readonly totp: string | undefined;
  readonly transport: SessionTransport;
}

export interface PasskeySignInInput {
  readonly proof: Extract<StepUpProof, { passkey: unknown }>;
  readonly transport: SessionTransport;
}

/** `PASSKEY_REQUIRED`: their only second factor is a passkey, which signs in without a password. */
export type SignInRefusal =
  | { readonly code: "BAD_CREDENTIALS" | "TOTP_REQUIRED" | "PASSKEY_REQUIRED" }
  | SecondFactorRefusal;

export interface SignInOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly throttle: LoginThrottle;
  readonly secondFactor: SecondFactor;
  readonly stepUp: StepUp;
}

/** Opens sessions with a password and, where it is set up, a second factor; or with a passkey, which is both. */
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
    if (!taken.ok) return await this.#refuse(taken.refusal, input.email, visitor);
    const person = await this.#withPassword(mailbox, input.password);
    if (person === undefined) return await this.#refuse({ code: "BAD_CREDENTIALS" }, input.email, visitor);
    this.#options.throttle.giveBack(...keys);
    const opened = await this.#options.database.transaction((transaction) =>
      this.#open(transaction, person, { input, visitor }),
    );
    return opened.ok ? opened : await this.#refuse(opened.refusal, input.email, visitor);
  }

  /** With a passkey of this site, whoever it belongs to; the authenticator verified its user. */
  async signInByPasskey(input: PasskeySignInInput, visitor: Visitor): Promise<Result<SignedIn, StepUpRefusal>> {
    const { throttle, database, stepUp } = this.#options;
    const key = `visitor:${visitorKey(visitor.address)}`;
    const taken = throttle.take({ [key]: VISITOR_GUESSES });
    if (!taken.ok) return taken;
    const opened = await database.transaction(async (transaction): Promise<Result<SignedIn, StepUpRefusal>> => {
      const verified = await stepUp.verifyPasskey(transaction, input.proof, {
        purpose: { kind: "sign-in" },
        personId: null,
      });
      if (!verified.ok) return verified;
      const [person] = await findActive(transaction, [verified.value.personId]);
      if (person === undefined) return refuse({ code: "BAD_PASSKEY" });
      const { transport } = input;
      return accept(await openSession(this.#options, transaction, { person, visitor, transport, method: "passkey" }));
    });
    if (!opened.ok) return await this.#refuse(opened.refusal, "", visitor);
    throttle.giveBack(key);
    return opened;
  }

  /** Asking for a challenge counts as a try: it writes a row. */
  takeVisitorTry(visitor: Visitor): Result<void, Throttled> {
    return this.#options.throttle.take({ [`challenge:${visitorKey(visitor.address)}`]: VISITOR_GUESSES });
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
    const { secondFactor, stepUp } = this.#options;
    const { totp, transport } = input;
    if (person.hasTotp) {
      if (totp === undefined) return refuse({ code: "TOTP_REQUIRED" });
      const verified = await secondFactor.verify(transaction, person.id, totp);
      if (!verified.ok) return verified;
    } else if (await stepUp.isSetUp(transaction, { personId: person.id, hasTotp: false })) {
      return refuse({ code: "PASSKEY_REQUIRED" });
    }
    const method = person.hasTotp ? "password and code" : "password";
    return accept(await openSession(this.#options, transaction, { person, visitor, transport, method }));
  }

  /**
   * Each refusal is remembered with its code; the answer says no more than the code does. Of a crowd that is not even looked
   * at, one entry a minute and visitor is enough: who knocks must not fill the log.
   */
  async #refuse<R extends { readonly code: string }>(refusal: R, email: string, visitor: Visitor) {
    // The password was right and the page now asks for the code: no refusal yet.
    const isQuestion = refusal.code === "TOTP_REQUIRED" || refusal.code === "PASSKEY_REQUIRED";
    const key = `throttled:${visitorKey(visitor.address)}`;
    const isRepeated = refusal.code === "RATE_LIMITED" && !this.#options.throttle.take({ [key]: ONCE_A_MINUTE }).ok;
    if (!isQuestion && !isRepeated) {
      await this.#options.audit.append(undefined, {
        actor: { kind: "anonymous", id: visitor.address, name: email },
        action: "session.refused",
        target: email === "" ? "passkey" : mailboxOf(email),
        details: { code: refusal.code, address: visitor.address },
      });
    }
    return refuse(refusal);
  }
}
