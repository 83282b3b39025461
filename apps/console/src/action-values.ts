import type { Policy } from "./approvals-api.ts";

/** A parameter of an action as its dialog asks for it. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly description: string | undefined;
  readonly choices: readonly string[] | undefined;
  readonly required: boolean;
}

interface ParamsSchema {
  readonly properties?: Record<string, { type?: string; description?: string; enum?: string[] }>;
  readonly required?: string[];
}

/** What is asked for; the reason has a field of its own. */
export function parametersOf(policy: Policy): Parameter[] {
  const schema = policy.params as ParamsSchema;
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== "reason")
    .map(([name, { type, description, enum: choices }]) => ({
      ...{ name, description, choices, type: type ?? "string" },
      required: schema.required?.includes(name) ?? false,
    }));
}

export function readValues(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const given = parameters.filter(({ name }) => (values[name] ?? "") !== "");
  return Object.fromEntries(given.map(({ name, type }) => [name, readValue(type, values[name]!)]));
}

function readValue(type: string, text: string): unknown {
  if (type === "integer" || type === "number") return Number(text);
  if (type === "boolean") return text === "true";
  if (type === "string") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A list of words needs no brackets.
    return type === "array" ? text.split(",").map((word) => word.trim()) : text;
  }
}

/** The sentence with what was typed in its places. */
export function typedSentence(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => values[name] || place);
}
