import { canonicalJson } from "@assay/primitives/canonical-json";
import { isJsonObject, type JsonObject, type JsonValue } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { createLinearPattern, type LinearPattern } from "../../linear-pattern/linear-pattern.ts";

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
      return typeof operand === "string" ? patternProblem(operand) : "`matches` takes a regular expression";
    case "exists":
      return typeof operand === "boolean" ? undefined : "`exists` is true or false";
    case "len":
      if (isCount(operand)) return undefined;
      return isJsonObject(operand) ? lengthProblem(operand) : "`len` takes a count or a matcher of it";
    default:
      return undefined;
  }
}

function patternProblem(text: string): string | undefined {
  const made = createLinearPattern(text);
  return made.ok ? undefined : `\`matches\`: ${made.refusal.message}`;
}

function lengthProblem(operand: JsonObject): string | undefined {
  const inner = parseMatcher(operand);
  return inner.ok ? undefined : inner.refusal.message;
}

/** What comparing came to: `unclear` says why nobody can tell, which is never green. */
export type Comparison = { readonly holds: boolean } | { readonly unclear: string };

/** Compares `observed` (undefined: there is no such value) with a matcher whose references are already resolved. */
export function compare(observed: JsonValue | undefined, matcher: Matcher): Comparison {
  const all = Object.entries(matcher).map(([name, operand]) =>
    compareWith(observed, name as MatcherName, operand as JsonValue),
  );
  if (all.some((one) => "holds" in one && !one.holds)) return { holds: false };
  return all.find((one) => "unclear" in one) ?? { holds: true };
}

/** Whether `observed` clearly fulfils the matcher. */
export function matches(observed: JsonValue | undefined, matcher: Matcher): boolean {
  const compared = compare(observed, matcher);
  return "holds" in compared && compared.holds;
}

function compareWith(observed: JsonValue | undefined, name: MatcherName, operand: JsonValue): Comparison {
  if (name === "exists") return { holds: (observed !== undefined) === operand };
  if (observed === undefined) return { unclear: "there is no such value" };
  switch (name) {
    case "eq":
      return { holds: same(observed, operand) };
    case "ne":
      return differs(observed, operand);
    case "in":
      return { holds: Array.isArray(operand) && operand.some((item: JsonValue) => same(observed, item)) };
    case "matches":
      return found(observed, operand);
    case "len":
      return compareLength(observed, operand);
    default:
      return compareOrder(observed, name, operand);
  }
}

/** A value of another type is unequal for the wrong reason. */
function differs(observed: JsonValue, operand: JsonValue): Comparison {
  const [seen, wanted] = [typeOf(observed), typeOf(operand)];
  if (seen === wanted || observed === null || operand === null) return { holds: !same(observed, operand) };
  return { unclear: `it is ${seen}, compared with ${wanted}` };
}

function found(observed: JsonValue, operand: JsonValue): Comparison {
  const pattern = typeof operand === "string" ? patternOf(operand) : undefined;
  if (pattern === undefined) return { unclear: "the pattern cannot be read" };
  const isIn = pattern.isIn(asText(observed));
  return isIn === undefined ? { unclear: "the text is too long to look through" } : { holds: isIn };
}

function compareLength(observed: JsonValue, operand: JsonValue): Comparison {
  const length = lengthOf(observed);
  if (length === undefined) return { unclear: `it is ${typeOf(observed)} and has no length` };
  return isJsonObject(operand) ? compare(length, operand as Matcher) : { holds: same(length, operand) };
}

function lengthOf(value: JsonValue): number | undefined {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : undefined;
}

function compareOrder(observed: JsonValue, name: "lt" | "lte" | "gt" | "gte", operand: JsonValue): Comparison {
  const order = compareNumbers(observed, operand);
  if (order === undefined) return { unclear: `it is ${typeOf(observed)} and not a number to compare` };
  return { holds: { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 }[name] };
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
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

const patterns = new Map<string, LinearPattern | undefined>();
const MOST_PATTERNS = 200;

/** Undefined for what is no pattern, or one that a text could make slow. */
export function patternOf(text: string): LinearPattern | undefined {
  if (patterns.has(text)) return patterns.get(text);
  const made = createLinearPattern(text);
  if (patterns.size >= MOST_PATTERNS) patterns.clear();
  patterns.set(text, made.ok ? made.value : undefined);
  return patterns.get(text);
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
