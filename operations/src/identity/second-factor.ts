import type { Seal } from "@assay/platform/auth/seal";
import { newTotpSecret, totpUri, verifyTotp } from "@assay/platform/auth/totp";
import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { assert } from "@assay/primitives/assert";
import { MINUTE_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { LoginThrottle, Throttled } from "./login-throttle.ts";
import { findPerson } from "./people-store.ts";
import type { PersonPrincipal } from "./principal.ts";
import { noteSteppedUp } from "./session-store.ts";

export type SecondFactorRefusal = { readonly code: "BAD_TOTP" | "TOTP_SETUP_REQUIRED" } | Throttled;

/** How long a proof in a session stands for one person's own acts; a signature of several always takes a new one. */
export const STEP_UP_LIFETIME_MS = 5 * MINUTE_MS;

// Five guesses, then one a minute: 1,440 × 3 codes a day of a million.
const GUESSES = { burst: 5, everyMs: MINUTE_MS };

export interface SecondFactorOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly seal: Seal;
  readonly throttle: LoginThrottle;
}

/** Time-based codes (RFC 6238): set up, proved, each used once. */
export class SecondFactor {
  readonly #options: SecondFactorOptions;

  constructor(options: SecondFactorOptions) {
    this.#options = options;
  }

  /** A new secret, which counts only once {@link confirm} has seen a code of it. */
  async begin(principal: PersonPrincipal): Promise<{ secret: string; uri: string }> {
    const { database, random, seal } = this.#options;
    const secret = newTotpSecret(random);
    const sealed = Buffer.from(seal.seal(secret, principal.personId));
    await database.execute(sql`update people set totp_pending_secret = ${sealed} where id = ${principal.personId}`);
    return { secret, uri: totpUri({ issuer: "Assay", account: principal.email, secret }) };
  }

  async confirm(
    transaction: Sql,
    principal: PersonPrincipal,
    code: string,
  ): Promise<Result<void, SecondFactorRefusal>> {
    const person = await findPerson(transaction, principal.personId, true);
    if (person?.sealedPendingSecret == null) return refuse({ code: "TOTP_SETUP_REQUIRED" });
    const secret = this.#options.seal.open(person.sealedPendingSecret, person.id);
    const step = this.#check({ personId: person.id, secret, code, lastUsedStep: undefined });
    if (!step.ok) return step;
    await transaction.execute(sql`
      update people set totp_secret = totp_pending_secret, totp_pending_secret = null, totp_last_step = ${step.value}
      where id = ${person.id}`);
    await noteSteppedUp(transaction, principal.sessionId, this.#options.clock.now());
    return accept(undefined);
  }

  /** Uses the code up, in `transaction`. */
  async verify(transaction: Sql, personId: string, code: string): Promise<Result<void, SecondFactorRefusal>> {
    const person = await findPerson(transaction, personId, true);
    if (person?.sealedTotpSecret == null) return refuse({ code: "TOTP_SETUP_REQUIRED" });
    const secret = this.#options.seal.open(person.sealedTotpSecret, person.id);
    const step = this.#check({ personId, secret, code, lastUsedStep: person.lastTotpStep });
    if (!step.ok) return step;
    const changed = await transaction.execute(sql`
      update people set totp_last_step = ${step.value} where id = ${personId}`);
    assert(changed === 1, "the person was locked");
    return accept(undefined);
  }

  /** Proves it for the session: what one person may do alone then needs no other code for a while. */
  async stepUp(transaction: Sql, principal: PersonPrincipal, code: string): Promise<Result<void, SecondFactorRefusal>> {
    const verified = await this.verify(transaction, principal.personId, code);
    if (verified.ok) await noteSteppedUp(transaction, principal.sessionId, this.#options.clock.now());
    return verified;
  }

  /** A code that comes with the call, or the session's own proof when that is recent. */
  async require(
    transaction: Sql,
    principal: PersonPrincipal,
    code: string | undefined,
  ): Promise<Result<void, SecondFactorRefusal | { readonly code: "TOTP_REQUIRED" }>> {
    if (!principal.hasTotp) return refuse({ code: "TOTP_SETUP_REQUIRED" });
    if (code !== undefined) return await this.stepUp(transaction, principal, code);
    const { steppedUpAt } = principal;
    const isRecent = steppedUpAt !== null && this.#options.clock.now() - steppedUpAt < STEP_UP_LIFETIME_MS;
    return isRecent ? accept(undefined) : refuse({ code: "TOTP_REQUIRED" });
  }

  #check(input: {
    readonly personId: string;
    readonly secret: string;
    readonly code: string;
    readonly lastUsedStep: number | undefined;
  }): Result<number, SecondFactorRefusal> {
    const { throttle, clock } = this.#options;
    const { personId, secret, code, lastUsedStep } = input;
    const key = `totp:${personId}`;
    const taken = throttle.take({ [key]: GUESSES });
    if (!taken.ok) return taken;
    const verified = verifyTotp({ secret, code, now: clock.now(), lastUsedStep });
    if (!verified.ok) return refuse({ code: "BAD_TOTP" });
    throttle.giveBack(key);
    return accept(verified.value.step);
  }
}
