import { Failure } from "@assay/primitives/failure";
import type { JsonObject } from "@assay/primitives/json";
import { COMMON_CODES } from "./common-codes.ts";
import type { FieldError, RefusalOfRoute } from "./route.ts";

/** An error answer before it is written: RFC 9457 members and the headers that go with them. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[] | undefined;
  readonly members?: JsonObject | undefined;
  readonly retryAfterS?: number | undefined;
  /** A failure counts as an error of ours; a refusal does not. */
  readonly isFailure: boolean;
}

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";
const RETRY_AFTER_S = 1;

export interface ProblemPlace {
  /** The path that was asked for. */
  readonly instance: string;
  readonly requestId: string;
}

export function problemJson(problem: Problem, { instance, requestId }: ProblemPlace): string {
  const { status, code, detail, errors, members } = problem;
  return JSON.stringify({
    ...members,
    type: `urn:assay:problem:${code.toLowerCase().replaceAll("_", "-")}`,
    title: titleOf(code),
    status,
    code,
    detail,
    instance,
    request_id: requestId,
    ...(errors === undefined ? {} : { errors }),
  });
}

/** `INSUFFICIENT_FUNDS` reads `Insufficient funds`. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The problem of a refusal; `undefined` when neither the route nor the common codes know its status. */
export function problemOfRefusal(
  refusal: RefusalOfRoute<string>,
  statuses: Readonly<Record<string, number>>,
): Problem | undefined {
  const { code, detail, errors, members, retryAfterS } = refusal;
  const status = statuses[code] ?? (COMMON_CODES as Readonly<Record<string, number>>)[code];
  if (status === undefined) return undefined;
  return { status, code, detail: detail ?? `${titleOf(code)}.`, errors, members, retryAfterS, isFailure: false };
}

export function refusalProblem(code: keyof typeof COMMON_CODES, detail: string, more: Partial<Problem> = {}): Problem {
  return { status: COMMON_CODES[code], code, detail, isFailure: false, ...more };
}

/** Failures keep their code, and nothing else of the inside reaches the client; any other error is a bug. */
export function problemOfError(error: unknown): Problem {
  if (!(error instanceof Failure)) {
    const detail = "The server failed. The request id finds the reason in its log.";
    return { status: 500, code: "INTERNAL_ERROR", detail, isFailure: true };
  }
  const { code, retryable } = error;
  if (code === "OUTCOME_UNKNOWN") return outcomeUnknown();
  const detail = retryable ? "Something this needs is out of reach. Try again." : "Something this needs failed.";
  const retryAfterS = retryable ? RETRY_AFTER_S : undefined;
  return { status: retryable ? 503 : 500, code, detail, retryAfterS, isFailure: true };
}

/** For a write whose result nobody knows: it may have happened. */
export function outcomeUnknown(): Problem {
  const detail = "Nobody knows yet whether this was done. Ask again with the same key before repeating it.";
  return { status: 504, code: "OUTCOME_UNKNOWN", detail, isFailure: true };
}

export function timedOut(): Problem {
  const detail = "The answer took too long. Try again.";
  return { status: 503, code: "TIMED_OUT", detail, retryAfterS: RETRY_AFTER_S, isFailure: true };
}
