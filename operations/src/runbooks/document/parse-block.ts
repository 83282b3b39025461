import { isJsonObject, type JsonObject, type JsonValue } from "@assay/primitives/json";
import type { Code, List } from "mdast";
import { placeOf, textOf } from "./markdown.ts";
import type { Problems } from "./problem.ts";
import { readYaml } from "./read-yaml.ts";
import type { Block, HttpMethod } from "./runbook.ts";
import { splitWords } from "./shell-words.ts";

const REQUEST_LINE = /^(GET|HEAD|POST|PUT|PATCH|DELETE) (\S+)$/;
const HEADER_LINE = /^([A-Za-z][A-Za-z0-9-]*): (.+)$/;

/** What an executable fence does; undefined with a problem added when it cannot be read. */
export function parseBlock(code: Code, problems: Problems): Block | undefined {
  switch (code.lang) {
    case "http":
      return parseHttp(code, problems);
    case "sh":
      return parseShell(code, problems);
    case "sql":
    case "promql":
      return { kind: code.lang, text: code.value.trim() };
    default:
      return parseAction(code, problems);
  }
}

function complain(code: Code, problems: Problems, message: string): undefined {
  problems.add(`${code.lang}-grammar`, placeOf(code), message);
}

/** A request line, header lines, an empty line, a JSON body. */
function parseHttp(code: Code, problems: Problems): Block | undefined {
  const [head = "", ...bodyParts] = code.value.split(/\n[ \t]*\n/);
  const [requestLine = "", ...headerLines] = head.split("\n");
  const request = REQUEST_LINE.exec(requestLine.trim());
  if (!request)
    return complain(code, problems, "the first line is a method and an address: `GET {{coinhubx}}/api/health`");
  const headers: Record<string, string> = {};
  for (const line of headerLines) {
    const header = HEADER_LINE.exec(line.trim());
    if (!header) return complain(code, problems, `\`${line.trim()}\` is no header; a body follows an empty line`);
    if (header[1]!.toLowerCase() === "authorization")
      return complain(code, problems, "the engine adds the runner's token; a runbook never carries one");
    headers[header[1]!.toLowerCase()] = header[2]!;
  }
  const bodyText = bodyParts.join("\n\n").trim();
  const body = bodyText === "" ? undefined : parseJson(bodyText);
  if (bodyText !== "" && body === undefined) return complain(code, problems, "the body is JSON");
  const block = { kind: "http", method: request[1] as HttpMethod, url: request[2]!, headers } as const;
  return body === undefined ? block : { ...block, body };
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function parseShell(code: Code, problems: Problems): Block | undefined {
  const lines = code.value.split("\n").filter((line) => line.trim() !== "");
  if (lines.length !== 1) return complain(code, problems, "one command on one line; another command is another step");
  const words = splitWords(lines[0]!.trim());
  if (!words.ok) return complain(code, problems, words.refusal.message);
  return { kind: "sh", words: words.value };
}

function parseAction(code: Code, problems: Problems): Block | undefined {
  const yaml = readYaml(code.value, placeOf(code).line + 1);
  if (!yaml.ok) {
    problems.add("action-grammar", yaml.refusal.place, yaml.refusal.message);
    return undefined;
  }
  const { value, placeOf: placeIn } = yaml.value;
  const object = value as JsonValue;
  const unknown = isJsonObject(object) ? Object.keys(object).find((key) => key !== "action" && key !== "params") : "";
  const params = isJsonObject(object) ? (object.params ?? {}) : undefined;
  if (unknown !== undefined || !isJsonObject(params) || typeof (object as JsonObject).action !== "string") {
    problems.add("action-grammar", placeIn([]), "an action block is `action: name` and, where it has any, `params:`");
    return undefined;
  }
  return { kind: "action", action: (object as JsonObject).action as string, params };
}

/** A list whose items all have boxes; undefined when it is an ordinary list. */
export function parseTaskList(list: List, problems: Problems): Block | undefined {
  const boxes = list.children.filter((item) => typeof item.checked === "boolean");
  if (boxes.length === 0) return undefined;
  if (boxes.length !== list.children.length)
    problems.add("manual-grammar", placeOf(list), "every item of a task list has a box");
  const ticked = boxes.find((item) => item.checked);
  if (ticked) problems.add("manual-grammar", placeOf(ticked), "a runbook's boxes are empty; a run ticks them");
  const items = boxes.map((item) => {
    const text = textOf(item).trim().replaceAll(/\s+/g, " ");
    return { text, noteRequired: text.endsWith("(note)") };
  });
  return { kind: "manual", items };
}
