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

// Every repetition is bounded: no output makes looking for secrets slow.
const PATTERNS: readonly [RegExp, string][] = [
  // A signed token, a bearer header, and the credentials of a connection address.
  [/\beyJ[\w-]{8,4096}\.[\w-]{8,8192}\.[\w-]{8,4096}/g, HIDDEN],
  [/\b(bearer|basic)\s{1,8}[\w.~+/=-]{8,8192}/gi, `$1 ${HIDDEN}`],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,200}):[^\s@/]{1,500}@/gi, `$1:${HIDDEN}@`],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,16384}?-----END [A-Z ]{0,40}PRIVATE KEY-----/g, HIDDEN],
];

/** A value shorter than this stands in too many places to be looked for. */
const SHORTEST_SECRET = 6;
const MOST_SECRETS = 100;

export interface Redactor {
  text(value: string): string;
  json(value: JsonValue): JsonValue;
  /** Whether the value of a member, header or field with this name is never stored. */
  isSecret(name: string): boolean;
}

export interface RedactorOptions {
  /** Names beside the ones that are always secret: a step's `redact`. */
  readonly names: readonly string[];
  /** Values of secret members in here are taken out wherever else they stand. */
  readonly output?: JsonValue | undefined;
}

/** Takes secrets out before anything is stored, shown or hashed. */
export function createRedactor({ names: extraNames, output }: RedactorOptions): Redactor {
  const names = new Set([...SECRET_NAMES, ...extraNames].map((name) => name.toLowerCase()));
  const isSecret = (name: string) => names.has(name.toLowerCase());
  const learnt = output === undefined ? [] : secretsIn(output, isSecret);
  const pairs = new RegExp(
    `(["']?\\b(?:${[...names].map(escaped).join("|")})\\b["']?\\s{0,8}[=:]\\s{0,8})("[^"]{0,8192}"|'[^']{0,8192}'|[^\\s,;&}]{1,8192})`,
    "gi",
  );
  const text = (value: string): string => {
    const known = learnt.reduce((current, secret) => current.replaceAll(secret, HIDDEN), value);
    return PATTERNS.reduce((current, [pattern, hidden]) => current.replace(pattern, hidden), known).replace(
      pairs,
      `$1${HIDDEN}`,
    );
  };
  const json = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [text(name), isSecret(name) ? HIDDEN : json(member)]),
    );
  };
  return { text, json, isSecret };
}

/** The texts under secret names, longest first, so that none is left half inside another. */
function secretsIn(value: JsonValue, isSecret: (name: string) => boolean): string[] {
  const found = new Set<string>();
  const collect = (current: JsonValue, isHidden: boolean): void => {
    if (found.size >= MOST_SECRETS) return;
    if (Array.isArray(current)) for (const item of current) collect(item, isHidden);
    else if (isJsonObject(current))
      for (const [name, member] of Object.entries(current)) collect(member, isHidden || isSecret(name));
    else if (isHidden && typeof current === "string" && current.length >= SHORTEST_SECRET) found.add(current);
  };
  collect(value, false);
  return [...found].sort((left, right) => right.length - left.length);
}

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
