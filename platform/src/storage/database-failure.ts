import { AssertionError } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import { sqlStateOf } from "./sql-state.ts";

/**
 * What a driver's error means to the caller: a Failure when the world broke, otherwise the error itself, which is either
 * a constraint the caller expects (sql-state.ts) or a bug of ours.
 */
export function toDatabaseFailure(error: unknown): unknown {
  if (error instanceof Failure || error instanceof AssertionError) return error;
  const state = sqlStateOf(error);
  if (state === undefined) return isBug(error) ? error : unavailable(error);
  if (CONFLICTS.has(state)) return new Failure("TRANSACTION_CONFLICT", { retryable: true, cause: error });
  if (UNAVAILABLE.has(state) || UNAVAILABLE_CLASSES.has(state.slice(0, 2))) return unavailable(error);
  return isStalePlan(error, state) ? unavailable(error) : error;
}

/** Whether the connection is of no further use after this error. */
export function breaksConnection(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state === undefined) return !isBug(error);
  return (error as { severity?: string }).severity !== "ERROR" || isStalePlan(error, state);
}

function unavailable(cause: unknown): Failure {
  const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new Failure("DATABASE_UNAVAILABLE", { retryable: true, cause, details: { reason } });
}

/** Several addresses tried and none answering is an AggregateError without a message of its own. */
function reasonOf(error: Error): string {
  if (error.message !== "") return error.message;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? first.message : error.name;
}

/** Errors the driver throws about our values, before anything is sent. */
function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}

/** A table changed under a prepared statement; a new connection prepares it anew. */
function isStalePlan(error: unknown, state: string): boolean {
  return state === "0A000" && (error as Error).message.includes("cached plan");
}

/** Serialization failure, deadlock, lock not available. */
const CONFLICTS = new Set(["40001", "40P01", "55P03"]);
/** Canceled by a timeout, shut down by an administrator, crashed, starting, no such database, idle too long in a transaction. */
const UNAVAILABLE = new Set(["57014", "57P01", "57P02", "57P03", "57P05", "3D000", "25P03", "25P04"]);
/** Connection exceptions, refused logins, out of disk, memory or connections, input/output errors. */
const UNAVAILABLE_CLASSES = new Set(["08", "28", "53", "58"]);
