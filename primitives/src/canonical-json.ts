import { assert } from "./assert.ts";
import type { JsonValue } from "./json.ts";

/**
 * RFC 8785 (JSON Canonicalization Scheme): no white space, members ordered by the UTF-16 units of their names,
 * numbers and strings as ECMAScript prints them. Equal values have equal texts, so a hash of the text names the value.
 * @throws AssertionError for what JSON cannot hold: a number that is not finite, a lone surrogate, `undefined`.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    assert(Number.isFinite(value), "a JSON number is finite");
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    assert(value.isWellFormed(), "a JSON string is well-formed Unicode");
    return JSON.stringify(value);
  }
  assert(typeof value === "object", `JSON holds no ${typeof value}`);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  return `{${members(value as { readonly [key: string]: JsonValue })}}`;
}

// The default sort compares UTF-16 code units, which is what the RFC asks for.
function members(object: { readonly [key: string]: JsonValue }): string {
  return Object.keys(object)
    .sort()
    .map((name) => `${canonicalJson(name)}:${canonicalJson(object[name]!)}`)
    .join(",");
}
