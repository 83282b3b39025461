import { Failure } from "@assay/primitives/failure";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import { actionWords } from "../../api/schema/param-words.ts";
import { fillPromql } from "../document/promql-places.ts";
import type { Block, HttpMethod } from "../document/runbook.ts";
import { joinWords } from "../document/shell-words.ts";
import { fillJson, fillText } from "../document/template.ts";
import type { RunValues } from "./lookup.ts";
import type { Redactor } from "./redact.ts";

/** A block with every place filled: exactly what is done. */
export type RenderedBlock =
  | {
      readonly kind: "http";
      readonly method: HttpMethod;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: JsonValue;
    }
  | { readonly kind: "sh"; readonly words: readonly string[] }
  | { readonly kind: "sql"; readonly text: string; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: "promql"; readonly text: string }
  | { readonly kind: "action"; readonly action: string; readonly params: JsonObject }
  | { readonly kind: "manual"; readonly items: readonly string[] };

/** Fills the places of a block, each as its context demands: never as syntax. */
export function renderBlock(block: Block, values: RunValues): RenderedBlock {
  const fill = (text: string) => fillText(text, values.place);
  switch (block.kind) {
    case "http": {
      const body = block.body === undefined ? {} : { body: fillJson(block.body, values.place) };
      const headers = Object.fromEntries(
        Object.entries(block.headers).map(([name, text]) => [name, oneLine(fill(text))]),
      );
      return { kind: "http", method: block.method, url: renderUrl(block.url, values), headers, ...body };
    }
    case "sh":
      return { kind: "sh", words: block.words.map(fill) };
    case "sql":
      return { kind: "sql", ...renderSql(block.text, values) };
    case "promql":
      return { kind: "promql", text: renderPromql(block.text, values) };
    case "action":
      return { kind: "action", action: block.action, params: fillJson(block.params, values.place) as JsonObject };
    case "manual":
      return { kind: "manual", items: block.items.map(({ text }) => fill(text)) };
  }
}

function renderUrl(url: string, values: RunValues): string {
  return fillText(url, values.place, (value, name) =>
    values.isAddress(name) || /^\{\{.*\}\}$/.test(value) ? value : encodeURIComponent(value),
  );
}

/** Places become numbered values, so that no value is ever read as SQL. */
function renderSql(text: string, values: RunValues) {
  const bound: (string | number | boolean)[] = [];
  const numbered = fillText(text, (name) => `$${bound.push(values.place(name))}`);
  return { text: numbered, values: bound };
}

function renderPromql(text: string, values: RunValues): string {
  const filled = fillPromql(text, values.place);
  if (filled === undefined) throw new Failure("PLACE_IS_NO_NUMBER", { retryable: false, details: { query: text } });
  return filled;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}

/** The block as it may be shown and kept: members with secret names are hidden before anything is quoted. */
export function withoutSecrets(block: RenderedBlock, redact: Redactor): RenderedBlock {
  if (block.kind === "action") return { ...block, params: redact.json(block.params) as JsonObject };
  if (block.kind !== "http") return block;
  const headers = Object.fromEntries(
    Object.entries(block.headers).map(([name, text]) => [name, redact.isSecret(name) ? "[redacted]" : text]),
  );
  return { ...block, headers, ...(block.body === undefined ? {} : { body: redact.json(block.body) }) };
}

export interface CommandLineContext {
  readonly system: string;
  /** Why an action is done. */
  readonly reason: string;
}

/** The block as a line that a person can paste into a shell; tokens and secrets stay names of variables. */
export function commandLine(block: RenderedBlock, { system, reason }: CommandLineContext): string {
  switch (block.kind) {
    case "http":
      return curlLine(block);
    case "sh":
      return joinWords(block.words);
    case "sql":
      return joinWords(["assay", "sql", system, inlineSql(block.text, block.values)]);
    case "promql":
      return joinWords(["assay", "runbook", "query", system, block.text]);
    case "action":
      return joinWords(["assay", ...actionWords(block.action, { params: block.params, reason })]);
    case "manual":
      return block.items.map((item) => `- [ ] ${item}`).join("\n");
  }
}

function curlLine(block: Extract<RenderedBlock, { kind: "http" }>): string {
  const words = ["-s"];
  if (block.method !== "GET") words.push("-X", block.method);
  for (const [name, value] of Object.entries(block.headers)) words.push("-H", `${name}: ${value}`);
  if (block.body !== undefined)
    words.push("-H", "content-type: application/json", "--data", JSON.stringify(block.body));
  return `curl -K "$ASSAY_CURLRC" ${joinWords([...words, block.url])}`;
}

function inlineSql(text: string, values: readonly (string | number | boolean)[]): string {
  return text.replaceAll(/\$(\d+)/g, (_, number: string) => {
    const value = values[Number(number) - 1];
    return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
  });
}
