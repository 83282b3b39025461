import { UsageError } from "@assay/platform/command-line/parse-arguments";

export const PARAM_OPTIONS = {
  param: { kind: "list", short: "p", value: "NAME=VALUE", summary: "a parameter of the runbook; may be repeated" },
  system: { kind: "text", value: "SYSTEM", summary: "whose runbook, when two systems have one of that name" },
} as const;

/** `name=value` as the plane takes them: numbers and booleans where the text is one. */
export function toPlaceValues(texts: readonly string[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    texts.map((text) => {
      const match = /^([A-Za-z_][\w-]*)=(.*)$/s.exec(text);
      if (match === null) throw new UsageError(`"${text}" is not of the form name=value`);
      return [match[1]!, toPlaceValue(match[2]!)];
    }),
  );
}

function toPlaceValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}
