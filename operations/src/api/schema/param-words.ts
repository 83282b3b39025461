import type { JsonValue } from "@assay/primitives/json";

const WORD = /^([A-Za-z_][\w-]*)=(.*)$/s;

/**
 * A parameter as the command line takes it, `name=value`: JSON, but a text as it stands where nothing else can be read
 * from it. {@link readParamWord} gives the same name and value back.
 */
export function paramWord(name: string, value: JsonValue): string {
  if (typeof value !== "string") return `${name}=${JSON.stringify(value)}`;
  return `${name}=${readValue(value) === value ? value : JSON.stringify(value)}`;
}

/** `--param name=value` for each. */
export function paramWords(params: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(params).flatMap(([name, value]) =>
    value === undefined ? [] : ["--param", paramWord(name, value as JsonValue)],
  );
}

/** Undefined when the text is not of the form `name=value`. */
export function readParamWord(word: string): readonly [name: string, value: JsonValue] | undefined {
  const match = WORD.exec(word);
  return match === null ? undefined : [match[1]!, readValue(match[2]!)];
}

function readValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** The words after `assay` that have an action done, as `assay action` reads them. */
export function actionWords(
  action: string,
  { params, reason }: { readonly params: Readonly<Record<string, unknown>>; readonly reason: string },
): string[] {
  return ["action", action, ...paramWords(params), "--reason", reason];
}
