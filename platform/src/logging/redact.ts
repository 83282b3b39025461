import { Failure } from "@assay/primitives/failure";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import { Secret } from "../config/secret.ts";

const REDACTED = "[redacted]";
const SECRET_NAME =
  /pass(?:word|phrase|wd)|secret|^(?:.*_)?token$|[a-z]Token$|authorization|cookie|^totp$|totp_?code|mnemonic|^seed$|signer_?seed|private_?key|api_?key|recovery_?code|bootstrap_?code/i;
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/]{0,128}):[^\s@/]{1,512}@/gi, `$1:${REDACTED}@`],
  [/\b(bearer|basic)\s+[\w~+/.=-]{8,}/gi, `$1 ${REDACTED}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, REDACTED],
  [/\bchx_([0-9a-zA-Z]{1,64})_[\w-]{8,}/g, `chx_$1_${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
];
const MAX_TEXT = 16_384;
const MAX_DEPTH = 6;
const MAX_MEMBERS = 200;

/** Takes what looks like a credential out of a text, and cuts it to 16 Ki characters. */
export function redactText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return SECRET_TEXT.reduce((kept, [pattern, replacement]) => kept.replace(pattern, replacement), cut);
}

/**
 * A copy that may be written down: members named like a secret are gone, credentials inside texts too, errors become
 * objects, bigints decimal strings; depth and breadth are bounded, so that no value can flood the log.
 */
export function redact(fields: object): JsonObject {
  return redactObject(fields, 0);
}

function redactObject(fields: object, depth: number): JsonObject {
  const kept: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(fields).slice(0, MAX_MEMBERS)) {
    if (value !== undefined) kept[name] = SECRET_NAME.test(name) ? redactNamed(value) : redactValue(value, depth + 1);
  }
  return kept;
}

// Whether a secret was there at all is worth knowing; a number or a flag under such a name is a count, not a secret.
function redactNamed(value: unknown): JsonValue {
  return value === null || typeof value === "boolean" || typeof value === "number" ? value : REDACTED;
}

function redactValue(value: unknown, depth: number): JsonValue {
  switch (typeof value) {
    case "string":
      return redactText(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : redactStructure(value, depth);
    default:
      return String(value);
  }
}

function redactStructure(value: object, depth: number): JsonValue {
  if (value instanceof Secret) return value.toJSON();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (depth > MAX_DEPTH) return "…";
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Map) return redactObject(Object.fromEntries(value), depth);
  if (value instanceof Set) return redactStructure([...value], depth);
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((entry) => redactValue(entry, depth + 1));
  return redactObject(value, depth);
}

function describeError(error: Error, depth: number): JsonObject {
  const { name, message, stack, cause } = error;
  const described: Record<string, JsonValue> = { name, message: redactText(message) };
  if ("code" in error) described.code = redactValue(error.code, depth + 1);
  if (error instanceof Failure) described.details = redactObject(error.details, depth + 1);
  if (stack !== undefined) described.stack = redactText(stack);
  if (cause !== undefined) described.cause = redactValue(cause, depth + 1);
  return described;
}
