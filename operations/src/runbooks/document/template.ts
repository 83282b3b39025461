import type { JsonValue } from "@assay/primitives/json";
import { isJsonObject } from "@assay/primitives/json";

const PLACE = /\{\{\s*([A-Za-z][\w.-]*)\s*\}\}/g;
const ANY_BRACES = /\{\{|\}\}/;

/** Names of the `{{places}}` in a text, in order. */
export function placesIn(text: string): string[] {
  return [...text.matchAll(PLACE)].map((match) => match[1]!);
}

/** Whether braces are left that no place explains, as in `{{ wallet`. */
export function hasBrokenPlace(text: string): boolean {
  return ANY_BRACES.test(text.replace(PLACE, ""));
}

/** All texts inside a JSON value, names of members included. */
export function textsIn(value: JsonValue): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (isJsonObject(value)) return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]);
  return [];
}

export type PlaceValue = string | number | boolean;

/** Fills every place; `lookup` throws for a name it does not know. `encode` guards the context, such as a URL's path. */
export function fillText(
  text: string,
  lookup: (name: string) => PlaceValue,
  encode: (value: string, name: string) => string = (value) => value,
): string {
  return text.replace(PLACE, (_, name: string) => encode(String(lookup(name)), name));
}

/** As {@link fillText} inside a JSON value; a text that is one place alone takes the value's own type. */
export function fillJson(value: JsonValue, lookup: (name: string) => PlaceValue): JsonValue {
  if (typeof value === "string") {
    const places = placesIn(value);
    return places.length === 1 && value.replace(PLACE, "") === "" ? lookup(places[0]!) : fillText(value, lookup);
  }
  if (Array.isArray(value)) return value.map((item) => fillJson(item, lookup));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fillJson(member, lookup)]));
}
