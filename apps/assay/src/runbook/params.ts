import { readParamWord } from "@assay/operations/api/schema/param-words";
import { UsageError } from "@assay/platform/command-line/parse-arguments";

export const PARAM_OPTIONS = {
  param: { kind: "list", short: "p", value: "NAME=VALUE", summary: "a parameter of the runbook; may be repeated" },
  system: { kind: "text", value: "SYSTEM", summary: "whose runbook, when two systems have one of that name" },
} as const;

/** `name=value` as the plane takes them: numbers and booleans where the text is one. */
export function toPlaceValues(texts: readonly string[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name, value] = readParamWord(text) ?? [];
      if (name === undefined) throw new UsageError(`"${text}" is not of the form name=value`);
      const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
      return [name, isPlain ? value : text.slice(name.length + 1)];
    }),
  );
}
