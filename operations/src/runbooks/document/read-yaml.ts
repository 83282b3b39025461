import { accept, type Result, refuse } from "@assay/primitives/result";
import { type Document, isNode, LineCounter, parseDocument, visit } from "yaml";
import type { Place } from "./problem.ts";

/** A YAML text inside a Markdown file, with the place of everything in it. */
export interface YamlText {
  readonly value: unknown;
  /** Where the value at `path` stands in the file; the nearest parent when there is no such value. */
  placeOf(path: readonly (string | number)[]): Place;
}

export interface YamlError {
  readonly code: "BAD_YAML";
  readonly message: string;
  readonly place: Place;
}

/**
 * Reads YAML 1.2 core without aliases and with unique keys. `firstLine` is the file's line of the text's first line.
 */
export function readYaml(text: string, firstLine: number): Result<YamlText, YamlError> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: line + firstLine - 1, column: col };
  };
  const error = document.errors[0] ?? document.warnings[0];
  if (error) return refuse({ code: "BAD_YAML" as const, message: error.message, place: at(error.pos[0]) });
  const alias = firstAlias(document);
  if (alias !== undefined)
    return refuse({ code: "BAD_YAML" as const, message: "an alias is not read here; say it again", place: at(alias) });
  return accept({
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    placeOf: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return at(node.range[0]);
      }
      return at(0);
    },
  });
}

/** The offset of the first alias: a few of them can stand for more text than there is memory. */
function firstAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_key, alias) => {
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}
