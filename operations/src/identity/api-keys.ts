import { hashOpaqueToken, newOpaqueToken } from "@assay/platform/auth/opaque-token";
import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { newId } from "@assay/primitives/id";
import { DAY_MS, type Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import {
  type ApiKey,
  countActiveApiKeys,
  findApiKey,
  insertApiKey,
  listApiKeys,
  noteKeyUsed,
  revokeApiKey,
} from "./api-key-store.ts";
import { actorOf } from "./open-session.ts";
import type { MachinePrincipal, PersonPrincipal } from "./principal.ts";
import { holdsRole } from "./roles.ts";
import type { Scope } from "./scopes.ts";
import type { StepUp, StepUpProof, StepUpRefusal } from "./step-up.ts";

/** Every key begins like this, so that scanners of repositories find one that was committed. */
export const KEY_PREFIX = "assaykey";
export const LONGEST_KEY_LIFE_MS = 365 * DAY_MS;
const MOST_ACTIVE = 100;
/** Of the key itself: enough to tell two apart, 36 of 256 bits. */
const SHOWN_CHARACTERS = KEY_PREFIX.length + 1 + 6;

export interface ApiKeysOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly stepUp: StepUp;
}

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Instant;
  readonly proof: StepUpProof | undefined;
}

export type NewKeyRefusal = StepUpRefusal | { readonly code: "TOTP_REQUIRED" | "END_NOT_VALID" | "TOO_MANY_KEYS" };

/** Keys of machines: each does what its scopes say, ends by itself, and is revoked at once. */
export class ApiKeys {
  readonly #options: ApiKeysOptions;

  constructor(options: ApiKeysOptions) {
    this.#options = options;
  }

  /** `key` is shown once; only its hash is stored. */
  async create(by: PersonPrincipal, input: NewApiKey): Promise<Result<{ apiKey: ApiKey; key: string }, NewKeyRefusal>> {
    const { database, clock, random, audit, stepUp, events } = this.#options;
    const createdAt = clock.now();
    const { name, expiresAt } = input;
    if (expiresAt <= createdAt || expiresAt - createdAt > LONGEST_KEY_LIFE_MS) return refuse({ code: "END_NOT_VALID" });
    const { token: key, tokenHash } = newOpaqueToken(random, KEY_PREFIX);
    const apiKey: ApiKey = {
      ...{ id: newId<string>("key", createdAt, random), name, prefix: key.slice(0, SHOWN_CHARACTERS) },
      ...{ scopes: [...new Set(input.scopes)], createdAt, expiresAt, lastUsedAt: null, revokedAt: null },
      createdBy: { id: by.personId, name: by.name },
    };
    const created = await database.transaction(async (transaction): Promise<Result<void, NewKeyRefusal>> => {
      const proved = await stepUp.require(transaction, by, input.proof);
      if (!proved.ok) return proved;
      if ((await countActiveApiKeys(transaction, createdAt)) >= MOST_ACTIVE) return refuse({ code: "TOO_MANY_KEYS" });
      await insertApiKey(transaction, apiKey, tokenHash);
      const details = { name, prefix: apiKey.prefix, scopes: apiKey.scopes, expiresAt };
      const entry = { action: "api-key.created", target: apiKey.id, details };
      await audit.append(transaction, { actor: actorOf({ id: by.personId, name: by.name }), ...entry });
      return accept(undefined);
    });
    if (!created.ok) return created;
    events.publish({ topic: "people", id: apiKey.id });
    return accept({ apiKey, key });
  }

  /** An admin or an auditor sees all, anybody else their own. */
  async list(by: PersonPrincipal): Promise<ApiKey[]> {
    const seesAll = holdsRole(by.roles, "admin") || holdsRole(by.roles, "auditor");
    return await listApiKeys(this.#options.database, seesAll ? undefined : by.personId);
  }

  /** The next call with it is refused. Stopping is fast: the owner or an admin, without a second factor. */
  async revoke(by: PersonPrincipal, id: string): Promise<Result<void, { readonly code: "NOT_FOUND" }>> {
    const { database, clock, audit, events } = this.#options;
    const known = (await this.list(by)).find((key) => key.id === id);
    const isOwn = known?.createdBy.id === by.personId;
    if (known === undefined || !(isOwn || holdsRole(by.roles, "admin"))) return refuse({ code: "NOT_FOUND" });
    const revoked = await database.transaction(async (transaction) => {
      if (!(await revokeApiKey(transaction, id, { at: clock.now(), by: by.personId }))) return false;
      const entry = { action: "api-key.revoked", target: id, details: { name: known.name, prefix: known.prefix } };
      await audit.append(transaction, { actor: actorOf({ id: by.personId, name: by.name }), ...entry });
      return true;
    });
    if (!revoked) return refuse({ code: "NOT_FOUND" });
    events.publish({ topic: "people", id });
    return accept(undefined);
  }

  /** Who calls with this key; undefined for one that is unknown, over or revoked. Looked up each time. */
  async authenticate(key: string): Promise<MachinePrincipal | undefined> {
    const { database, clock } = this.#options;
    const now = clock.now();
    const known = await findApiKey(database, hashOpaqueToken(key), now);
    if (known === undefined) return undefined;
    await noteKeyUsed(database, known, now);
    return { kind: "machine", keyId: known.id, name: known.name, scopes: known.scopes };
  }
}
