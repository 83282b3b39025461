import { canonicalJson } from "@assay/primitives/canonical-json";
import { isJsonObject, type JsonObject, type JsonValue } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";

export const MATCHERS = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "matches", "exists", "len"] as const;
export type MatcherName = (typeof MATCHERS)[number];

/** All of them must hold. A plain value in the runbook is `eq`. Values may still be references (`threshold:…`). */
export type Matcher = Partial<Readonly<Record<MatcherName, JsonValue>>>;

export interface MatcherError {
  readonly code: "BAD_MATCHER";
  readonly message: string;
}

const REFERENCE = /^(param|capture|threshold):(.+)$/;

export interface Reference {
  readonly kind: "param" | "capture" | "threshold";
  readonly name: string;
}

/** `threshold:coinhubx.http.p99.target`, `param:x` or `capture:x`; undefined for a plain value. */
export function asReference(value: JsonValue): Reference | undefined {
  const match = typeof value === "string" ? REFERENCE.exec(value) : null;
  return match ? { kind: match[1] as Reference["kind"], name: match[2]! } : undefined;
}

/** Reads a matcher as it stands in an expectation: `200`, `{ gte: 1, lt: 5 }`. */
export function parseMatcher(value: JsonValue): Result<Matcher, MatcherError> {
  if (!isJsonObject(value)) return Array.isArray(value) ? bad("a list is no matcher; say `in`") : accept({ eq: value });
  const entries = Object.entries(value);
  if (entries.length === 0) return bad("a matcher says something");
  for (const [name, operand] of entries) {
    const problem = problemOf(name, operand);
    if (problem !== undefined) return bad(problem);
  }
  return accept(value as Matcher);
}

function problemOf(name: string, operand: JsonValue): string | undefined {
  if (!(MATCHERS as readonly string[]).includes(name))
    return `unknown matcher \`${name}\`; known are ${MATCHERS.join(" ")}`;
  if (asReference(operand)) return name === "exists" ? "`exists` is true or false" : undefined;
  switch (name as MatcherName) {
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return isOrdered(operand) ? undefined : `\`${name}\` compares a number or a decimal text`;
    case "in":
      return Array.isArray(operand) && operand.length > 0 ? undefined : "`in` takes a list";
    case "matches":
      return typeof operand === "string" && isPattern(operand) ? undefined : "`matches` takes a regular expression";
    case "exists":
      return typeof operand === "boolean" ? undefined : "`exists` is true or false";
    case "len":
      if (isCount(operand)) return undefined;
      return isJsonObject(operand) ? lengthProblem(operand) : "`len` takes a count or a matcher of it";
    default:
      return undefined;
  }
}

function lengthProblem(operand: JsonObject): string | undefined {
  const inner = parseMatcher(operand);
  return inner.ok ? undefined : inner.refusal.message;
}

/** Whether `observed` (undefined: there is no such value) fulfils a matcher whose references are already resolved. */
export function matches(observed: JsonValue | undefined, matcher: Matcher): boolean {
  return Object.entries(matcher).every(([name, operand]) => holds(observed, name as MatcherName, operand as JsonValue));
}

function holds(observed: JsonValue | undefined, name: MatcherName, operand: JsonValue): boolean {
  if (name === "exists") return (observed !== undefined) === operand;
  if (observed === undefined) return false;
  switch (name) {
    case "eq":
      return same(observed, operand);
    case "ne":
      return !same(observed, operand);
    case "in":
      return Array.isArray(operand) && operand.some((item: JsonValue) => same(observed, item));
    case "matches":
      return typeof operand === "string" && new RegExp(operand, "u").test(asText(observed));
    case "len":
      return hasLength(observed, operand);
    default:
      return compares(observed, name, operand);
  }
}

function hasLength(observed: JsonValue, operand: JsonValue): boolean {
  const length = lengthOf(observed);
  if (length === undefined) return false;
  return isJsonObject(operand) ? matches(length, operand as Matcher) : same(length, operand);
}

function lengthOf(value: JsonValue): number | undefined {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : undefined;
}

function compares(observed: JsonValue, name: "lt" | "lte" | "gt" | "gte", operand: JsonValue): boolean {
  const order = compareNumbers(observed, operand);
  if (order === undefined) return false;
  return { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 }[name];
}

const DECIMAL = /^-?\d{1,60}(\.\d{1,30})?$/;
const SCALE = 30;

/** Exact also for amounts, which JSON carries as decimal texts beyond what a double can hold. */
function compareNumbers(left: JsonValue, right: JsonValue): number | undefined {
  const [first, second] = [toScaled(left), toScaled(right)];
  if (first === undefined || second === undefined) return undefined;
  return first < second ? -1 : first > second ? 1 : 0;
}

function toScaled(value: JsonValue): bigint | undefined {
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const text = String(value);
  if (!DECIMAL.test(text)) return undefined;
  const [whole, part = ""] = text.split(".") as [string, string?];
  return BigInt(whole + part.padEnd(SCALE, "0"));
}

function isOrdered(value: JsonValue): boolean {
  return toScaled(value) !== undefined;
}

function isCount(value: JsonValue): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") !== undefined;
  } catch {
    return false;
  }
}

function same(left: JsonValue, right: JsonValue): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

function asText(value: JsonValue): string {
  return typeof value === "string" ? value : canonicalJson(value);
}

function bad(message: string) {
  return refuse({ code: "BAD_MATCHER" as const, message });
}
