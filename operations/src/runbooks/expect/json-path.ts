import type { JsonValue } from "@assay/primitives/json";
import { isJsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";

type Segment =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "where"; readonly name: string; readonly equals: string };

/** A path to one value: the part of RFC 9535 that can name at most one place, plus the first match of one filter. */
export interface JsonPath {
  readonly text: string;
  readonly segments: readonly Segment[];
}

const SEGMENT = /\.([A-Za-z_][\w-]*)|\[(-?\d{1,6})\]|\["([^"\]]+)"\]|\[\?@\.([A-Za-z_]\w*)\s*==\s*["']([^"']*)["']\]/y;

/** Reads `$.checks.database`, `$.rows[0]`, `$.rows[-1]`, `$["a b"]` and `$.flags[?@.name=="trading"].enabled`. */
export function parseJsonPath(text: string): Result<JsonPath, { code: "BAD_JSON_PATH" }> {
  if (!text.startsWith("$")) return refuse({ code: "BAD_JSON_PATH" });
  const segments: Segment[] = [];
  SEGMENT.lastIndex = 1;
  while (SEGMENT.lastIndex < text.length) {
    const match = SEGMENT.exec(text);
    if (!match) return refuse({ code: "BAD_JSON_PATH" });
    segments.push(toSegment(match));
  }
  return accept({ text, segments });
}

function toSegment([, dotted, index, quoted, filterName, filterValue]: RegExpExecArray): Segment {
  if (index !== undefined) return { kind: "index", index: Number(index) };
  if (filterName !== undefined) return { kind: "where", name: filterName, equals: filterValue! };
  return { kind: "member", name: (dotted ?? quoted)! };
}

/** The value at the path, or undefined when there is none. */
export function valueAt(value: JsonValue, path: JsonPath): JsonValue | undefined {
  return path.segments.reduce<JsonValue | undefined>((current, segment) => step(current, segment), value);
}

function step(value: JsonValue | undefined, segment: Segment): JsonValue | undefined {
  if (segment.kind === "member") {
    return isJsonObject(value) && Object.hasOwn(value, segment.name) ? value[segment.name] : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  if (segment.kind === "index") return value.at(segment.index);
  return value.find((item: JsonValue) => isJsonObject(item) && String(item[segment.name]) === segment.equals);
}
