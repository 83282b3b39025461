import { isJsonObject, type JsonValue } from "@assay/primitives/json";

const HIDDEN = "[redacted]";

/** Members whose values are never stored, wherever they appear; a step's `redact` adds to them. */
const SECRET_NAMES = [
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "secret",
  "token",
  "totp",
  "api_key",
  "apikey",
  "private_key",
  "access_token",
  "refresh_token",
];

const PATTERNS: readonly [RegExp, string][] = [
  // A signed token, a bearer header, and the credentials of a connection address.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}\b/g, HIDDEN],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, `$1:${HIDDEN}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, HIDDEN],
];

export interface Redactor {
  text(value: string): string;
  json(value: JsonValue): JsonValue;
}

/** Takes secrets out before anything is stored, shown or hashed. */
export function createRedactor(extraNames: readonly string[]): Redactor {
  const names = new Set([...SECRET_NAMES, ...extraNames].map((name) => name.toLowerCase()));
  const pairs = new RegExp(
    `(["']?\\b(?:${[...names].map(escaped).join("|")})\\b["']?\\s*[=:]\\s*)("[^"]*"|'[^']*'|[^\\s,;&}]+)`,
    "gi",
  );
  const text = (value: string): string =>
    PATTERNS.reduce((current, [pattern, hidden]) => current.replace(pattern, hidden), value).replace(
      pairs,
      `$1${HIDDEN}`,
    );
  const json = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, names.has(name.toLowerCase()) ? HIDDEN : json(member)]),
    );
  };
  return { text, json };
}

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
