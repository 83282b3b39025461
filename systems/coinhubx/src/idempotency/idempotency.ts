import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { addMs, DAY_MS, MINUTE_MS } from "@assay/primitives/instant";
import { isJsonObject, type JsonValue } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";

export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{16,64}$/;
const KEPT_MS = 7 * DAY_MS;
/** After this long without an answer the first call is taken for dead; what it did is found again by the ids it derived from the key. */
const IN_FLIGHT_MS = MINUTE_MS;

export interface KeyedCall {
  /** Who: a customer id. Two actors may use the same key. */
  readonly actor: string;
  readonly key: string;
  /** `POST /api/faucet` */
  readonly route: string;
  readonly body: JsonValue;
}

export interface StoredAnswer {
  readonly status: number;
  readonly body: JsonValue;
}

export type IdempotencyRefusal =
  | { readonly code: "IDEMPOTENCY_KEY_IN_FLIGHT" }
  /** `field`: what differs from the first call, `route` or a member of the body. */
  | { readonly code: "IDEMPOTENCY_KEY_REUSED"; readonly field: string };

export interface Idempotency {
  /**
   * Runs the call once per actor and key; repeats get the first answer, marked `isReplay`. An answer of 429 or 5xx and
   * a thrown error are not kept: nothing was decided, and the same key may try again.
   */
  run(
    call: KeyedCall,
    work: () => Promise<StoredAnswer>,
  ): Promise<Result<StoredAnswer & { readonly isReplay: boolean }, IdempotencyRefusal>>;
}

export function createIdempotency({ database, clock }: { database: Database; clock: Clock }): Idempotency {
  const forget = ({ actor, key }: KeyedCall) =>
    database.execute(sql`delete from idempotency_keys where actor = ${actor} and key = ${key} and status is null`);

  return {
    async run(call, work) {
      const claim = await claimKey(database, call, clock);
      if (!claim.ok) return claim;
      if (claim.value !== undefined) return accept({ ...claim.value, isReplay: true });
      let answer: StoredAnswer;
      try {
        answer = await work();
      } catch (error) {
        // The row would lapse by itself; deleting it only lets the caller try again sooner.
        await forget(call).catch(() => undefined);
        throw error;
      }
      if (answer.status === 429 || answer.status >= 500) await forget(call);
      else await keepAnswer(database, call, answer);
      return accept({ ...answer, isReplay: false });
    },
  };
}

interface KeyRow {
  readonly route: string;
  readonly field_hashes: Readonly<Record<string, string>>;
  readonly status: number | null;
  readonly body: JsonValue;
}

/** Undefined: the key is ours now, run the work. */
async function claimKey(
  database: Database,
  call: KeyedCall,
  clock: Clock,
): Promise<Result<StoredAnswer | undefined, IdempotencyRefusal>> {
  const { actor, key, route, body } = call;
  const now = clock.now();
  const hashes = fieldHashes(body);
  return await database.transaction(async (transaction) => {
    // A first call that never ended, or one kept long enough, gives way.
    const claimed = await transaction.execute(sql`
      insert into idempotency_keys (actor, key, route, field_hashes, started_at, expires_at)
      values (${actor}, ${key}, ${route}, ${JSON.stringify(hashes)}::jsonb, ${new Date(now)}, ${new Date(addMs(now, KEPT_MS))})
      on conflict (actor, key) do update set route = excluded.route, field_hashes = excluded.field_hashes, status = null,
        body = null, started_at = excluded.started_at, expires_at = excluded.expires_at
      where idempotency_keys.expires_at <= excluded.started_at
        or (idempotency_keys.status is null and idempotency_keys.started_at <= ${new Date(addMs(now, -IN_FLIGHT_MS))}
          and idempotency_keys.route = excluded.route and idempotency_keys.field_hashes = excluded.field_hashes)`);
    if (claimed === 1) return accept(undefined);
    const [row] = await transaction.query<KeyRow>(sql`
      select route, field_hashes, status, body from idempotency_keys where actor = ${actor} and key = ${key}`);
    if (row === undefined) return refuse({ code: "IDEMPOTENCY_KEY_IN_FLIGHT" });
    const field = row.route === route ? differingField(row.field_hashes, hashes) : "route";
    if (field !== undefined) return refuse({ code: "IDEMPOTENCY_KEY_REUSED", field });
    if (row.status === null) return refuse({ code: "IDEMPOTENCY_KEY_IN_FLIGHT" });
    return accept({ status: row.status, body: row.body });
  });
}

async function keepAnswer(
  database: Database,
  { actor, key }: KeyedCall,
  { status, body }: StoredAnswer,
): Promise<void> {
  await database.execute(sql`
    update idempotency_keys set status = ${status}, body = ${JSON.stringify(body)}::json
    where actor = ${actor} and key = ${key}`);
}

function fieldHashes(body: JsonValue): Record<string, string> {
  if (!isJsonObject(body)) return { body: sha256Hex(canonicalJson(body)) };
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, sha256Hex(canonicalJson(value))]));
}

function differingField(first: Readonly<Record<string, string>>, second: Readonly<Record<string, string>>) {
  return [...new Set([...Object.keys(first), ...Object.keys(second)])]
    .sort()
    .find((name) => first[name] !== second[name]);
}
