import {
  passkeyCreationOptions,
  passkeyRequestOptions,
  type RelyingParty,
  verifyPasskeyCreation,
} from "@assay/platform/auth/passkeys";
import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import { actorOf } from "./open-session.ts";
import { openChallenge, takeChallenge } from "./passkey-challenge.ts";
import { deletePasskey, insertPasskey, listPasskeys, type PasskeyOfPerson } from "./passkey-store.ts";
import { findPerson } from "./people-store.ts";
import type { PersonPrincipal } from "./principal.ts";
import { noteSteppedUp } from "./session-store.ts";
import type { PasskeyAsk, StepUp, StepUpProof, StepUpRefusal } from "./step-up.ts";

export interface PasskeysOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly stepUp: StepUp;
  readonly party: RelyingParty | undefined;
}

const MOST_PER_PERSON = 10;

type ProofRefusal = StepUpRefusal | { readonly code: "TOTP_REQUIRED" };

/** A person's own passkeys: several, named, each belonging to one person. */
export class Passkeys {
  readonly #options: PasskeysOptions;

  constructor(options: PasskeysOptions) {
    this.#options = options;
  }

  /** Where the console must be opened for passkeys to work; undefined when they cannot. */
  get origin(): string | undefined {
    return this.#options.party?.origins[0];
  }

  async list(personId: string): Promise<PasskeyOfPerson[]> {
    return await listPasskeys(this.#options.database, personId);
  }

  /** Whoever has a second factor proves it first, or a stolen session could add one of its own. */
  async beginRegistration(
    by: PersonPrincipal,
    proof: StepUpProof | undefined,
  ): Promise<Result<PasskeyAsk, ProofRefusal | { readonly code: "TOO_MANY_PASSKEYS" }>> {
    const { database, clock, random, stepUp, party } = this.#options;
    if (party === undefined) return refuse({ code: "PASSKEYS_UNAVAILABLE" });
    const known = await listPasskeys(database, by.personId);
    if (known.length >= MOST_PER_PERSON) return refuse({ code: "TOO_MANY_PASSKEYS" });
    const opened = await database.transaction(async (transaction) => {
      const isFirst = !(await stepUp.isSetUp(transaction, by));
      const proved = isFirst ? accept(undefined) : await stepUp.require(transaction, by, proof);
      if (!proved.ok) return proved;
      const wanted = { purpose: { kind: "register" }, personId: by.personId, now: clock.now(), random } as const;
      return accept(await openChallenge(transaction, wanted));
    });
    if (!opened.ok) return opened;
    const { id: challengeId, challenge } = opened.value;
    const owner = { id: by.personId, name: by.email, displayName: by.name };
    return accept({ challengeId, options: await passkeyCreationOptions(party, { owner, challenge, known }) });
  }

  async register(
    by: PersonPrincipal,
    input: { readonly challengeId: string; readonly name: string; readonly passkey: unknown },
  ): Promise<Result<PasskeyOfPerson, { readonly code: "BAD_PASSKEY" | "PASSKEY_EXISTS" | "PASSKEYS_UNAVAILABLE" }>> {
    const { database, clock, random, party, events } = this.#options;
    if (party === undefined) return refuse({ code: "PASSKEYS_UNAVAILABLE" });
    const now = clock.now();
    const asked = { purpose: { kind: "register" }, personId: by.personId, now } as const;
    const challenge = await takeChallenge(database, input.challengeId, asked);
    if (challenge === undefined) return refuse({ code: "BAD_PASSKEY" });
    const made = await verifyPasskeyCreation(party, { response: input.passkey, challenge });
    if (!made.ok) return made;
    const id = newId<string>("pky", now, random);
    const owned = { id, personId: by.personId, name: input.name, createdAt: now, lastUsedAt: null };
    const passkey: PasskeyOfPerson = { ...made.value, ...owned };
    const added = await database.transaction(async (transaction) => {
      // Someone who is being removed must not leave a passkey behind.
      if ((await findPerson(transaction, by.personId, true))?.state !== "active") return false;
      if (!(await insertPasskey(transaction, passkey))) return false;
      await noteSteppedUp(transaction, by.sessionId, now);
      await this.#record(transaction, by, { action: "people.passkey.added", passkey });
      return true;
    });
    if (!added) return refuse({ code: "PASSKEY_EXISTS" });
    events.publish({ topic: "people", id: by.personId });
    return accept(passkey);
  }

  /** Removing needs proof too: the last factor may go, and with it every right to sign. */
  async remove(
    by: PersonPrincipal,
    id: string,
    proof: StepUpProof | undefined,
  ): Promise<Result<void, ProofRefusal | { readonly code: "NOT_FOUND" }>> {
    const { database, stepUp, events } = this.#options;
    const removed = await database.transaction(
      async (transaction): Promise<Result<void, ProofRefusal | { readonly code: "NOT_FOUND" }>> => {
        const proved = await stepUp.require(transaction, by, proof);
        if (!proved.ok) return proved;
        const passkey = (await listPasskeys(transaction, by.personId)).find((known) => known.id === id);
        if (passkey === undefined || !(await deletePasskey(transaction, id, by.personId)))
          return refuse({ code: "NOT_FOUND" });
        await this.#record(transaction, by, { action: "people.passkey.removed", passkey });
        return accept(undefined);
      },
    );
    if (removed.ok) events.publish({ topic: "people", id: by.personId });
    return removed;
  }

  /** For somebody who is about to sign in: nobody is known yet, and any passkey of this site may answer. */
  async beginSignIn(): Promise<Result<PasskeyAsk, { readonly code: "PASSKEYS_UNAVAILABLE" }>> {
    const { database, clock, random, party } = this.#options;
    if (party === undefined) return refuse({ code: "PASSKEYS_UNAVAILABLE" });
    const wanted = { purpose: { kind: "sign-in" }, personId: null, now: clock.now(), random } as const;
    const { id, challenge } = await database.transaction((transaction) => openChallenge(transaction, wanted));
    return accept({ challengeId: id, options: await passkeyRequestOptions(party, { challenge }) });
  }

  async #record(
    transaction: Sql,
    by: PersonPrincipal,
    { action, passkey }: { readonly action: string; readonly passkey: PasskeyOfPerson },
  ): Promise<void> {
    const actor = actorOf({ id: by.personId, name: by.name });
    const details = { passkey: passkey.id, name: passkey.name, synced: passkey.isSynced };
    await this.#options.audit.append(transaction, { actor, action, target: by.personId, details });
  }
}
