import { redact, redactText } from "@assay/platform/logging/redact";
import { Failure } from "@assay/primitives/failure";
import { sha256Hex } from "@assay/primitives/hash";
import { DAY_MS, type Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";

export const ERROR_SEVERITIES = ["info", "warning", "error", "critical"] as const;
export type ErrorSeverity = (typeof ERROR_SEVERITIES)[number];

export const ERROR_EVENTS_KEPT_MS = 30 * DAY_MS;

/** One thing that went wrong, redacted: what an on-call engineer reads instead of a third party's error tracker. */
export interface ErrorEvent {
  readonly eventId: string;
  readonly occurredAt: Instant;
  /** The failure's code or the error's class. */
  readonly errorType: string;
  readonly message: string;
  readonly traceback: string;
  readonly requestId: string | undefined;
  readonly userId: string | undefined;
  /** `GET /api/markets` */
  readonly endpoint: string | undefined;
  readonly severity: ErrorSeverity;
  readonly tags: JsonObject;
  readonly context: JsonObject;
  /** Equal for errors that differ only in ids, numbers and times. */
  readonly fingerprint: string;
}

export interface ErrorReport {
  readonly error: unknown;
  readonly severity?: ErrorSeverity;
  readonly requestId?: string | undefined;
  readonly userId?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly tags?: JsonObject;
  readonly context?: JsonObject;
}

const LONGEST_MESSAGE = 2_000;
const LONGEST_TRACEBACK = 8_000;

export function describeErrorEvent(
  report: ErrorReport,
  { eventId, now }: { eventId: string; now: Instant },
): ErrorEvent {
  const { error } = report;
  const errorType = typeOf(error);
  const message = clean(error instanceof Error ? error.message : String(error), LONGEST_MESSAGE);
  const traceback = clean(stackOf(error), LONGEST_TRACEBACK);
  return {
    eventId,
    occurredAt: now,
    errorType,
    message,
    traceback,
    requestId: report.requestId,
    userId: report.userId,
    endpoint: report.endpoint,
    severity: report.severity ?? "error",
    tags: redact(report.tags ?? {}),
    context: redact({ ...(error instanceof Failure ? error.details : {}), ...report.context }),
    fingerprint: sha256Hex(errorType, "\n", normalise(message), "\n", firstFrame(traceback)).slice(0, 16),
  };
}

function typeOf(error: unknown): string {
  if (error instanceof Failure) return error.code;
  return error instanceof Error ? error.name : "NonError";
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = error.stack ?? "";
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause) || String(error.cause)}`;
}

const EMAIL = /[^\s@<>"']{1,64}@[a-z0-9.-]{1,190}\.[a-z]{2,}/gi;
const SESSION_TOKEN = /\bchs_[\w-]{8,}/g;
const CONTROL = /[\p{Cc}--[\n\t]]/gv;

/** Credentials, mailboxes and control characters are gone before anything is stored. */
function clean(text: string, limit: number): string {
  const kept = redactText(text)
    .replace(SESSION_TOKEN, "[redacted]")
    .replace(EMAIL, "[email]")
    .replace(CONTROL, "\ufffd");
  return kept.length > limit ? `${kept.slice(0, limit)}…` : kept;
}

function normalise(message: string): string {
  return message.replace(/\b[a-z]{2,8}_[0-9a-hjkmnp-tv-z]{26}\b|0x[0-9a-f]+|\b[0-9a-f-]{16,}\b|\d+/gi, "#");
}

function firstFrame(traceback: string): string {
  const frame = traceback.split("\n").find((line) => line.trimStart().startsWith("at "));
  return frame?.replace(/:\d+:\d+\)?$/, "").trim() ?? "";
}
