import { hashPassword } from "@assay/platform/auth/password";
import type { Clock } from "@assay/platform/clock/clock";
import { visitorKey } from "@assay/platform/http/networks";
import type { Random } from "@assay/platform/random/random";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { newId } from "@assay/primitives/id";
import { addMs, HOUR_MS, type Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { canFillRoles } from "../approvals/fill-roles.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import type { Role } from "../manifest/manifest.ts";
import { revokeApiKeysOf } from "./api-key-store.ts";
import type { LoginThrottle, Throttled } from "./login-throttle.ts";
import { deleteLinksOf } from "./oidc-store.ts";
import { newOneTimeCode, redeemCode, storeEnrolmentCode } from "./one-time-code.ts";
import { actorOf } from "./open-session.ts";
import { deletePasskeysOf } from "./passkey-store.ts";
import {
  countOtherAdmins,
  countPeople,
  findActive,
  findByMailbox,
  findPerson,
  insertPerson,
  listPeople,
  type NewPerson,
  raiseEpoch,
} from "./people-store.ts";
import { mailboxOf, type Person } from "./person.ts";
import type { PersonPrincipal } from "./principal.ts";
import { holdsRole } from "./roles.ts";
import { deleteSessionsOf } from "./session-store.ts";
import { CODE_GUESSES } from "./sign-in.ts";
import type { StepUp, StepUpProof, StepUpRefusal } from "./step-up.ts";

const ENROLMENT_LIFETIME_MS = 24 * HOUR_MS;
const FIRST_ROLES: readonly Role[] = ["admin", "operator", "approver"];

export interface PeopleOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly throttle: LoginThrottle;
  readonly stepUp: StepUp;
  /** Called after somebody left, to end the requests they still had open. */
  readonly onRemoved: (personId: string) => Promise<void>;
}

export interface InvitedPerson {
  readonly person: Person;
  /** Shown once. */
  readonly enrolmentCode: string;
  readonly expiresAt: Instant;
}

/** Who did it, or asked for it. */
export type NamedBy = { readonly id: string; readonly name: string };

export interface Newcomer {
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

export type PersonRefusal = { readonly code: "NOT_FOUND" | "LAST_ADMIN" };
type AdminRefusal = StepUpRefusal | { readonly code: "TOTP_REQUIRED" | "FORBIDDEN" };
export type CodeRefusal = { readonly code: "CODE_NOT_VALID" } | Throttled;
export type InviteRefusal = { readonly code: "PERSON_EXISTS" | "SECOND_ADMIN_REQUIRED" } | AdminRefusal;
export type ChangePersonRefusal = PersonRefusal | AdminRefusal | { readonly code: "SECOND_ADMIN_REQUIRED" };

/** With any of these a person can take part in signing; a second identity of one human with one would sign twice. */
const SIGNING_ROLES: readonly Role[] = ["operator", "approver", "compliance", "admin"];
export const PEOPLE_POLICY: readonly Role[] = ["admin", "approver"];

/** Who may operate: begun with a code, joined by invitation, left at once. */
export class People {
  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /** The first person, who may do everything that one person may; works once, on an empty database. */
  async bootstrap(
    input: { readonly code: string; readonly email: string; readonly name: string; readonly password: string },
    address: string,
  ): Promise<Result<Person, CodeRefusal>> {
    const taken = this.#takeCodeGuess(address);
    if (!taken.ok) return taken;
    const passwordHash = await hashPassword(input.password);
    return await this.#options.database.transaction(async (transaction) => {
      const code = await redeemCode(transaction, input.code, { purpose: "bootstrap", now: this.#options.clock.now() });
      if (code === undefined || (await countPeople(transaction)) > 0) return refuse({ code: "CODE_NOT_VALID" });
      const person = this.#newPerson({ ...input, roles: FIRST_ROLES, passwordHash, createdBy: null });
      await insertPerson(transaction, person);
      const details = { email: person.email, roles: person.roles, address };
      const entry = { action: "people.bootstrapped", target: person.id, details };
      await this.#options.audit.append(transaction, { actor: actorOf(person), ...entry });
      return accept((await findPerson(transaction, person.id))!);
    });
  }

  /** Somebody new gets a one-time code; they are nobody until they enrol. */
  async invite(
    by: PersonPrincipal,
    { proof, ...input }: Newcomer & { readonly proof: StepUpProof | undefined },
  ): Promise<Result<InvitedPerson, InviteRefusal>> {
    return await this.#asAdmin<InvitedPerson, InviteRefusal>(by, proof, async (transaction) => {
      if (await needsSecondPerson(transaction, by, input.roles)) return refuse({ code: "SECOND_ADMIN_REQUIRED" });
      return await this.#invite(transaction, byOf(by), input);
    });
  }

  /** As {@link invite}, when others have agreed already. */
  async inviteAgreed(by: NamedBy, input: Newcomer): Promise<Result<InvitedPerson, { readonly code: "PERSON_EXISTS" }>> {
    return await this.#changing((transaction) => this.#invite(transaction, by, input));
  }

  /** A new code for somebody who was invited and has not enrolled. */
  async renewInvitation(
    by: PersonPrincipal,
    id: string,
    proof: StepUpProof | undefined,
  ): Promise<Result<InvitedPerson, ChangePersonRefusal>> {
    return await this.#asAdmin(by, proof, async (transaction) => {
      const person = await findPerson(transaction, id, true);
      if (person?.state !== "invited") return refuse({ code: "NOT_FOUND" });
      const enrolmentCode = newOneTimeCode(this.#options.random);
      const expiresAt = addMs(this.#options.clock.now(), ENROLMENT_LIFETIME_MS);
      await storeEnrolmentCode(transaction, enrolmentCode, { personId: id, expiresAt });
      await this.#record(transaction, byOf(by), { action: "people.invitation.renewed", person });
      return accept({ person, enrolmentCode, expiresAt });
    });
  }

  /** The invited person proves the code and chooses a password. */
  async enrol(
    input: { readonly code: string; readonly password: string },
    address: string,
  ): Promise<Result<Person, CodeRefusal>> {
    const taken = this.#takeCodeGuess(address);
    if (!taken.ok) return taken;
    const passwordHash = await hashPassword(input.password);
    return await this.#options.database.transaction(async (transaction) => {
      const { clock, audit } = this.#options;
      const code = await redeemCode(transaction, input.code, { purpose: "enrolment", now: clock.now() });
      if (code?.personId == null) return refuse({ code: "CODE_NOT_VALID" });
      const changed = await transaction.execute(sql`
        update people set state = 'active', password_hash = ${passwordHash}
        where id = ${code.personId} and state = 'invited'`);
      if (changed === 0) return refuse({ code: "CODE_NOT_VALID" });
      const person = (await findPerson(transaction, code.personId))!;
      const entry = { action: "people.enrolled", target: person.id, details: { address } };
      await audit.append(transaction, { actor: actorOf(person), ...entry });
      return accept(person);
    });
  }

  /** Takes effect with the next call; tokens minted with the old roles end at once. */
  async changeRoles(
    by: PersonPrincipal,
    id: string,
    { roles, proof }: { readonly roles: readonly Role[]; readonly proof: StepUpProof | undefined },
  ): Promise<Result<Person, ChangePersonRefusal>> {
    return await this.#asAdmin<Person, ChangePersonRefusal>(by, proof, async (transaction) => {
      const before = (await findPerson(transaction, id))?.roles ?? [];
      const gained = roles.filter((role) => !before.includes(role));
      if (await needsSecondPerson(transaction, by, gained)) return refuse({ code: "SECOND_ADMIN_REQUIRED" });
      return await this.#changeRoles(transaction, byOf(by), { id, roles });
    });
  }

  /** As {@link changeRoles}, when others have agreed already. */
  async changeRolesAgreed(
    by: NamedBy,
    change: { readonly id: string; readonly roles: readonly Role[] },
  ): Promise<Result<Person, PersonRefusal>> {
    return await this.#changing((transaction) => this.#changeRoles(transaction, by, change));
  }

  /** Everything they hold ends in one transaction: sessions, codes, keys, tokens (by epoch); then their open requests. */
  async remove(
    by: PersonPrincipal,
    id: string,
    proof: StepUpProof | undefined,
  ): Promise<Result<Person, ChangePersonRefusal>> {
    const removed = await this.#asAdmin<Person, PersonRefusal>(by, proof, (transaction) =>
      this.#remove(transaction, byOf(by), id),
    );
    if (removed.ok) await this.#options.onRemoved(id);
    return removed;
  }

  /** As {@link remove}, for an action that the policy let through. */
  async removeAgreed(by: NamedBy, id: string): Promise<Result<Person, PersonRefusal>> {
    const removed = await this.#changing((transaction) => this.#remove(transaction, by, id));
    if (removed.ok) await this.#options.onRemoved(id);
    return removed;
  }

  /** Ends every session and token of somebody who stays; the number of sessions that ended. */
  async revokeSessions(by: NamedBy, id: string): Promise<Result<number, PersonRefusal>> {
    return await this.#changing(async (transaction) => {
      const person = await findPerson(transaction, id, true);
      if (person?.state !== "active") return refuse({ code: "NOT_FOUND" });
      await raiseEpoch(transaction, id);
      const ended = await deleteSessionsOf(transaction, id);
      await this.#record(transaction, by, {
        action: "people.sessions.revoked",
        person,
        more: { sessionsEnded: ended },
      });
      return accept(ended);
    });
  }

  /** Whoever lost their second factor gets none of it back: code and passkeys go, and every session with them. */
  async resetSecondFactor(by: NamedBy, id: string): Promise<Result<Person, PersonRefusal>> {
    return await this.#changing(async (transaction) => {
      const person = await findPerson(transaction, id, true);
      if (person?.state !== "active") return refuse({ code: "NOT_FOUND" });
      await transaction.execute(sql`
        update people set totp_secret = null, totp_pending_secret = null, totp_last_step = null, epoch = epoch + 1
        where id = ${id}`);
      await deletePasskeysOf(transaction, id);
      await deleteSessionsOf(transaction, id);
      const changed = (await findPerson(transaction, id))!;
      await this.#record(transaction, by, { action: "people.second-factor.reset", person: changed });
      return accept(changed);
    });
  }

  /** By address or id; undefined for somebody who was removed. */
  async findByName(name: string): Promise<Person | undefined> {
    const { database } = this.#options;
    const person = name.includes("@")
      ? await findByMailbox(database, mailboxOf(name))
      : await findPerson(database, name);
    return person?.state === "removed" ? undefined : person;
  }

  async #invite(
    transaction: Sql,
    by: NamedBy,
    input: Newcomer,
  ): Promise<Result<InvitedPerson, { readonly code: "PERSON_EXISTS" }>> {
    const person = this.#newPerson({ ...input, passwordHash: null, createdBy: by.id });
    if (!(await insertPerson(transaction, person))) return refuse({ code: "PERSON_EXISTS" });
    const enrolmentCode = newOneTimeCode(this.#options.random);
    const expiresAt = addMs(person.createdAt, ENROLMENT_LIFETIME_MS);
    await storeEnrolmentCode(transaction, enrolmentCode, { personId: person.id, expiresAt });
    const added = (await findPerson(transaction, person.id))!;
    await this.#record(transaction, by, { action: "people.invited", person: added });
    return accept({ person: added, enrolmentCode, expiresAt });
  }

  async #changeRoles(
    transaction: Sql,
    by: NamedBy,
    { id, roles }: { readonly id: string; readonly roles: readonly Role[] },
  ): Promise<Result<Person, PersonRefusal>> {
    const person = await findPerson(transaction, id, true);
    if (person === undefined || person.state === "removed") return refuse({ code: "NOT_FOUND" });
    if (!roles.includes("admin") && (await countOtherAdmins(transaction, id)) === 0)
      return refuse({ code: "LAST_ADMIN" });
    await transaction.execute(sql`
      update people set roles = ${[...new Set(roles)]}, epoch = epoch + 1 where id = ${id}`);
    const changed = (await findPerson(transaction, id))!;
    await this.#record(transaction, by, { action: "people.roles.changed", person: changed });
    return accept(changed);
  }

  async #remove(transaction: Sql, by: NamedBy, id: string): Promise<Result<Person, PersonRefusal>> {
    const person = await findPerson(transaction, id, true);
    if (person === undefined || person.state === "removed") return refuse({ code: "NOT_FOUND" });
    if ((await countOtherAdmins(transaction, id)) === 0) return refuse({ code: "LAST_ADMIN" });
    const at = this.#options.clock.now();
    await transaction.execute(sql`
      update people set state = 'removed', removed_at = ${new Date(at)}, epoch = epoch + 1,
        password_hash = null, totp_secret = null, totp_pending_secret = null
      where id = ${id}`);
    await transaction.execute(sql`delete from one_time_codes where person_id = ${id}`);
    await deletePasskeysOf(transaction, id);
    await deleteLinksOf(transaction, id);
    const keysEnded = await revokeApiKeysOf(transaction, id, { at, by: by.id });
    const sessionsEnded = await deleteSessionsOf(transaction, id);
    const removed = (await findPerson(transaction, id))!;
    await this.#record(transaction, by, {
      action: "people.removed",
      person: removed,
      more: { keysEnded, sessionsEnded },
    });
    return accept(removed);
  }

  async #asAdmin<T, R extends { readonly code: string }>(
    by: PersonPrincipal,
    proof: StepUpProof | undefined,
    work: (transaction: Sql) => Promise<Result<T, R>>,
  ): Promise<Result<T, R | AdminRefusal>> {
    return await this.#changing(async (transaction): Promise<Result<T, R | AdminRefusal>> => {
      const [admin] = await findActive(transaction, [by.personId]);
      if (admin === undefined || !holdsRole(admin.roles, "admin")) return refuse({ code: "FORBIDDEN" });
      const proved = await this.#options.stepUp.require(transaction, by, proof);
      return proved.ok ? await work(transaction) : proved;
    });
  }

  /** Changes of people wait for each other: two admins who remove one another must not both succeed. */
  async #changing<T, R extends { readonly code: string }>(
    work: (transaction: Sql) => Promise<Result<T, R>>,
  ): Promise<Result<T, R>> {
    const result = await this.#options.database.transaction(async (transaction) => {
      await transaction.query(sql`select pg_advisory_xact_lock(hashtextextended('operations.people', 0))`);
      return await work(transaction);
    });
    if (result.ok) this.#options.events.publish({ topic: "people", id: "" });
    return result;
  }

  #newPerson(input: Omit<NewPerson, "id" | "mailbox" | "createdAt">): NewPerson {
    const { clock, random } = this.#options;
    const { email, name, passwordHash, createdBy } = input;
    const createdAt = clock.now();
    const id = newId<string>("per", createdAt, random);
    const roles = [...new Set(input.roles)];
    return { id, email, mailbox: mailboxOf(email), name, roles, passwordHash, createdAt, createdBy };
  }

  async #record(
    transaction: Sql,
    by: NamedBy,
    { action, person, more = {} }: { readonly action: string; readonly person: Person; readonly more?: JsonObject },
  ): Promise<void> {
    const details = { email: person.email, name: person.name, roles: person.roles, epoch: person.epoch, ...more };
    await this.#options.audit.append(transaction, { actor: actorOf(by), action, target: person.id, details });
  }

  #takeCodeGuess(address: string): Result<void, Throttled> {
    return this.#options.throttle.take({ [`code:${visitorKey(address)}`]: CODE_GUESSES });
  }
}

function byOf({ personId, name }: PersonPrincipal): NamedBy {
  return { id: personId, name };
}

/**
 * Whether somebody else must agree to these roles: there is another admin, and somebody with whom `by` fills the policy. The
 * first admin of a young installation has nobody to ask.
 */
async function needsSecondPerson(transaction: Sql, by: PersonPrincipal, roles: readonly Role[]): Promise<boolean> {
  if (!roles.some((role) => SIGNING_ROLES.includes(role))) return false;
  if ((await countOtherAdmins(transaction, by.personId)) === 0) return false;
  const others = (await listPeople(transaction)).filter(({ id, state }) => state === "active" && id !== by.personId);
  return others.some((other) => canFillRoles(PEOPLE_POLICY, [by, other]));
}
