import type { Failure } from "@assay/primitives/failure";
import { systemClock } from "../clock/clock.ts";
import { askPostgres } from "./ask-postgres.ts";
import { sqlStateOf } from "./sql-state.ts";

const PROBE_EVERY_MS = 2_000;

/**
 * Waits for a statement that may take long, and asks the server over another connection meanwhile whether it lives.
 * @throws Failure `DATABASE_UNAVAILABLE` within about 4 s after the server fell silent; the statement's connection is of no
 *   use then.
 */
export async function unlessServerHangs<T>(statement: Promise<T>, url: { reveal(): string }): Promise<T> {
  const over = new AbortController();
  const silence = untilSilent(url, over.signal);
  silence.catch(() => undefined);
  try {
    return await Promise.race([statement, silence]);
  } finally {
    over.abort();
  }
}

async function untilSilent(url: { reveal(): string }, signal: AbortSignal): Promise<never> {
  for (;;) {
    await systemClock.sleep(PROBE_EVERY_MS, { signal });
    await askPostgres(url).catch((error: Failure) => {
      // A server that refuses, for want of connections or because it stops, has spoken.
      if (sqlStateOf(error.cause) === undefined) throw error;
    });
  }
}
