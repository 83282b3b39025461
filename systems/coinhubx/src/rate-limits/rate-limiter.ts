import type { Clock } from "@assay/platform/clock/clock";
import type { Database, Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { type Instant, toInstant } from "@assay/primitives/instant";
import type { Result } from "@assay/primitives/result";
import { type Attempts, countAttempt, type RateLimit, type RateLimited } from "./rate-limit.ts";

/** Limits kept in PostgreSQL, exact over all processes. A database that is down throws: they never fail open. */
export interface RateLimiter {
  /** Counts an attempt in a commit of its own, so that what follows cannot undo it. */
  take(limit: RateLimit, key: string): Promise<Result<void, RateLimited>>;
  /** Forgets the attempts of a key, after one that proved who it is. */
  forget(limit: RateLimit, key: string): Promise<void>;
}

const LONGEST_KEY = 300;

export function createRateLimiter({ database, clock }: { database: Database; clock: Clock }): RateLimiter {
  return {
    take: (limit, key) =>
      database.transaction(async (transaction) => {
        const place = placeOf(limit, key);
        const before = await lockAttempts(transaction, place, clock.now());
        const { attempts, decision } = countAttempt(before, limit, clock.now());
        if (attempts !== before) await writeAttempts(transaction, place, attempts);
        return decision;
      }),
    forget: async (limit, key) => {
      const place = placeOf(limit, key);
      await database.execute(sql`delete from rate_limits where bucket = ${place.bucket} and key = ${place.key}`);
    },
  };
}

interface Place {
  readonly bucket: string;
  readonly key: string;
}

function placeOf({ bucket }: RateLimit, key: string): Place {
  return { bucket, key: key.slice(0, LONGEST_KEY) };
}

interface AttemptsRow {
  readonly hits: readonly Date[];
  readonly blocked_until: Date | null;
}

async function lockAttempts(transaction: Sql, { bucket, key }: Place, now: Instant): Promise<Attempts> {
  const rows = await transaction.query<AttemptsRow>(sql`
    insert into rate_limits (bucket, key, hits, updated_at) values (${bucket}, ${key}, '{}', ${new Date(now)})
    on conflict (bucket, key) do update set updated_at = excluded.updated_at
    returning hits, blocked_until`);
  const row = rows[0]!;
  return {
    hits: row.hits.map((hit) => toInstant(hit.getTime())),
    blockedUntil: row.blocked_until === null ? undefined : toInstant(row.blocked_until.getTime()),
  };
}

async function writeAttempts(transaction: Sql, { bucket, key }: Place, attempts: Attempts): Promise<void> {
  const hits = attempts.hits.map((hit) => new Date(hit));
  const blockedUntil = attempts.blockedUntil === undefined ? null : new Date(attempts.blockedUntil);
  await transaction.execute(sql`
    update rate_limits set hits = ${hits}::timestamptz[], blocked_until = ${blockedUntil}
    where bucket = ${bucket} and key = ${key}`);
}
