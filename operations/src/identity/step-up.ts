import {
  type CeremonyOptions,
  passkeyRequestOptions,
  type RelyingParty,
  verifyPasskeyAssertion,
} from "@assay/platform/auth/passkeys";
import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { MINUTE_MS } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { LoginThrottle, Throttled } from "./login-throttle.ts";
import { type ChallengePurpose, openChallenge, takeChallenge } from "./passkey-challenge.ts";
import { findPasskey, listPasskeys, noteUsed } from "./passkey-store.ts";
import type { PersonPrincipal } from "./principal.ts";
import { type SecondFactor, STEP_UP_LIFETIME_MS } from "./second-factor.ts";
import { noteSteppedUp } from "./session-store.ts";

/** A code, or a passkey's answer (`AuthenticationResponseJSON`) to a challenge that was asked for. */
export type StepUpProof =
  | { readonly totp: string }
  | { readonly passkey: { readonly id: string }; readonly challengeId: string };

/** What a person proves themselves for. */
export type StepUpPurpose = Extract<ChallengePurpose, { kind: "act" | "approval" }>;

export type StepUpRefusal =
  | { readonly code: "BAD_TOTP" | "BAD_PASSKEY" | "TOTP_SETUP_REQUIRED" | "PASSKEYS_UNAVAILABLE" }
  | Throttled;

// As many wrong answers as for codes; a right one gives its try back.
const GUESSES = { burst: 5, everyMs: MINUTE_MS };

export interface StepUpOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly throttle: LoginThrottle;
  readonly secondFactor: SecondFactor;
  /** Undefined where browsers allow no passkeys. */
  readonly party: RelyingParty | undefined;
}

/** Proof, at the moment of acting, that a person is there: a code of their authenticator, or their passkey. */
export class StepUp {
  readonly #options: StepUpOptions;

  constructor(options: StepUpOptions) {
    this.#options = options;
  }

  /** What the browser asks the person's passkeys to sign; single use, five minutes. */
  async challenge(
    personId: string,
    purpose: StepUpPurpose,
  ): Promise<Result<PasskeyAsk, { readonly code: "PASSKEYS_UNAVAILABLE" | "NO_PASSKEY" }>> {
    const { database, clock, random, party } = this.#options;
    if (party === undefined) return refuse({ code: "PASSKEYS_UNAVAILABLE" });
    const passkeys = await listPasskeys(database, personId);
    if (passkeys.length === 0) return refuse({ code: "NO_PASSKEY" });
    const { id, challenge } = await database.transaction((transaction) =>
      openChallenge(transaction, { purpose, personId, now: clock.now(), random }),
    );
    const options = await passkeyRequestOptions(party, { challenge, allowed: passkeys });
    return accept({ challengeId: id, options });
  }

  /** Uses the proof up, in `transaction` where there is one. A passkey's proof counts for this purpose only. */
  async verify(
    personId: string,
    proof: StepUpProof,
    { purpose, transaction }: { readonly purpose: StepUpPurpose; readonly transaction?: Sql },
  ): Promise<Result<{ readonly method: "totp" | "passkey" }, StepUpRefusal>> {
    if (transaction === undefined)
      return await this.#options.database.transaction((begun) =>
        this.verify(personId, proof, { purpose, transaction: begun }),
      );
    if ("totp" in proof) {
      const verified = await this.#options.secondFactor.verify(transaction, personId, proof.totp);
      return verified.ok ? accept({ method: "totp" }) : verified;
    }
    const verified = await this.verifyPasskey(transaction, proof, { purpose, personId });
    return verified.ok ? accept({ method: "passkey" }) : verified;
  }

  /** A proof that comes with the call, or the session's own when that is recent; for what one person does alone. */
  async require(
    transaction: Sql,
    principal: PersonPrincipal,
    proof: StepUpProof | undefined,
  ): Promise<Result<void, StepUpRefusal | { readonly code: "TOTP_REQUIRED" }>> {
    if (proof !== undefined) {
      const verified = await this.verify(principal.personId, proof, { purpose: { kind: "act" }, transaction });
      if (!verified.ok) return verified;
      await noteSteppedUp(transaction, principal.sessionId, this.#options.clock.now());
      return accept(undefined);
    }
    if (!(await this.isSetUp(transaction, principal))) return refuse({ code: "TOTP_SETUP_REQUIRED" });
    const { steppedUpAt } = principal;
    const isRecent = steppedUpAt !== null && this.#options.clock.now() - steppedUpAt < STEP_UP_LIFETIME_MS;
    return isRecent ? accept(undefined) : refuse({ code: "TOTP_REQUIRED" });
  }

  /** Whether the person has anything besides a password. */
  async isSetUp(database: Sql, { personId, hasTotp }: { readonly personId: string; readonly hasTotp: boolean }) {
    return hasTotp || (await listPasskeys(database, personId)).length > 0;
  }

  /** The signature of a passkey; of this person's, or whoever it belongs to when nobody is known yet. */
  async verifyPasskey(
    transaction: Sql,
    { passkey: response, challengeId }: Extract<StepUpProof, { passkey: unknown }>,
    { purpose, personId }: { readonly purpose: ChallengePurpose; readonly personId: string | null },
  ): Promise<Result<{ readonly personId: string; readonly passkeyId: string }, StepUpRefusal>> {
    const { party, throttle, clock } = this.#options;
    if (party === undefined) return refuse({ code: "PASSKEYS_UNAVAILABLE" });
    const now = clock.now();
    const key = personId === null ? undefined : `passkey:${personId}`;
    const taken = key === undefined ? accept(undefined) : throttle.take({ [key]: GUESSES });
    if (!taken.ok) return taken;
    const challenge = await takeChallenge(transaction, challengeId, { purpose, personId, now });
    const passkey = await findPasskey(transaction, response.id, true);
    if (challenge === undefined || passkey === undefined) return refuse({ code: "BAD_PASSKEY" });
    if (personId !== null && passkey.personId !== personId) return refuse({ code: "BAD_PASSKEY" });
    const verified = await verifyPasskeyAssertion(party, { response, challenge, passkey });
    if (!verified.ok) return verified;
    await noteUsed(transaction, passkey.id, { counter: verified.value.counter, at: now });
    if (key !== undefined) throttle.giveBack(key);
    return accept({ personId: passkey.personId, passkeyId: passkey.id });
  }
}

export interface PasskeyAsk {
  readonly challengeId: string;
  readonly options: CeremonyOptions;
}
