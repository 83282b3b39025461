import { placesIn } from "./template.ts";

const STRING_OR_PLACE = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\{\{\s*([A-Za-z][\w.-]*)\s*\}\}/g;
const PLAIN = /^-?\d{1,15}(\.\d{1,15})?$/;

/**
 * Fills the places of a query so that no value becomes syntax: inside quotes as text, outside only as a number.
 * Undefined when a value that is no number stands outside of quotes.
 */
export function fillPromql(text: string, lookup: (name: string) => string | number | boolean): string | undefined {
  let isSafe = true;
  const filled = text.replaceAll(STRING_OR_PLACE, (found: string, place: string | undefined) => {
    if (place === undefined) return fillQuoted(found, lookup);
    const value = String(lookup(place));
    const isUnknown = value === `{{${place}}}`;
    isSafe &&= PLAIN.test(value) || isUnknown;
    return value;
  });
  return isSafe ? filled : undefined;
}

function fillQuoted(quoted: string, lookup: (name: string) => string | number | boolean): string {
  if (placesIn(quoted).length === 0) return quoted;
  const quote = quoted[0]!;
  return quoted.replaceAll(/\{\{\s*([A-Za-z][\w.-]*)\s*\}\}/g, (_, name: string) => {
    const value = String(lookup(name));
    return quote === "`" ? value.replaceAll("`", "") : JSON.stringify(value).slice(1, -1).replaceAll("'", "\\'");
  });
}
