import { isJsonObject, type JsonValue } from "@assay/primitives/json";
import { parseDuration } from "../document/duration.ts";
import type { Problems } from "../document/problem.ts";
import type { YamlText } from "../document/read-yaml.ts";
import { parseJsonPath } from "./json-path.ts";
import { type Matcher, parseMatcher } from "./matcher.ts";

/** What can be looked at. The first six come from the step's own output, the others from the plane. */
export const SUBJECTS = [
  "exit",
  "status",
  "header",
  "json",
  "text",
  "rows",
  "state",
  "metric",
  "alert",
  "event",
] as const;
export type Subject = (typeof SUBJECTS)[number];

/** Subjects that name what they look at: a header, a JSON path, a metric, an alert, an audit action. */
const NAMED: readonly Subject[] = ["header", "json", "metric", "alert", "event"];
const ALERT_STATES = ["resolved", "pending", "firing"];

/** One thing that must be seen: `json $.checks.database.status eq healthy`. */
export interface Expected {
  readonly subject: Subject;
  /** The header, path, metric or threshold id, alert or audit action; absent for the others. */
  readonly name?: string;
  readonly matcher: Matcher;
}

export interface Expectation {
  /** How long it may take to come true. Absent: at once. */
  readonly withinMs?: number;
  readonly all: readonly Expected[];
  readonly line: number;
}

/** Reads a `yaml expect` block. The vocabulary is closed: what the machine cannot check it must not promise. */
export function parseExpectation(yaml: YamlText, problems: Problems): Expectation {
  const line = yaml.placeOf([]).line;
  if (!isJsonObject(yaml.value as JsonValue) || Object.keys(yaml.value as object).length === 0) {
    problems.add("expect-grammar", yaml.placeOf([]), "an expectation is a mapping that says what must be seen");
    return { all: [], line };
  }
  const all: Expected[] = [];
  let withinMs: number | undefined;
  for (const [key, value] of Object.entries(yaml.value as Record<string, JsonValue>)) {
    if (key === "within") withinMs = readWithin(value, yaml, problems);
    else if (isSubject(key)) all.push(...readSubject({ subject: key, value, yaml, problems }));
    else {
      const known = `within ${SUBJECTS.join(" ")}`;
      problems.add("expect-grammar", yaml.placeOf([key]), `unknown expectation \`${key}\`; known are ${known}`);
    }
  }
  if (all.length === 0) problems.add("expect-grammar", yaml.placeOf([]), "an expectation says what must be seen");
  return { all, line, ...(withinMs === undefined ? {} : { withinMs }) };
}

function isSubject(key: string): key is Subject {
  return (SUBJECTS as readonly string[]).includes(key);
}

function readWithin(value: JsonValue, yaml: YamlText, problems: Problems): number | undefined {
  const ms = typeof value === "string" ? parseDuration(value) : undefined;
  if (ms === undefined)
    problems.add("expect-grammar", yaml.placeOf(["within"]), "`within` is a time such as 30s or 2m");
  return ms;
}

interface SubjectInput {
  readonly subject: Subject;
  readonly value: JsonValue;
  readonly yaml: YamlText;
  readonly problems: Problems;
}

function readSubject(input: SubjectInput): Expected[] {
  const { subject, value, yaml, problems } = input;
  if (!NAMED.includes(subject)) return readMatcher(input, undefined, value);
  if (!isJsonObject(value)) {
    problems.add("expect-grammar", yaml.placeOf([subject]), `\`${subject}\` is a mapping from what is looked at`);
    return [];
  }
  return Object.entries(value).flatMap(([name, matcher]) => readMatcher(input, name, matcher));
}

function readMatcher(input: SubjectInput, name: string | undefined, value: JsonValue): Expected[] {
  const { subject, yaml, problems } = input;
  const place = yaml.placeOf(name === undefined ? [subject] : [subject, name]);
  const complain = (message: string): Expected[] => {
    problems.add("expect-grammar", place, `${subject}${name === undefined ? "" : ` ${name}`}: ${message}`);
    return [];
  };
  if (subject === "json" && !parseJsonPath(name!).ok) return complain("not a path such as $.checks.database.status");
  if (subject === "alert" && !ALERT_STATES.includes(String(value))) return complain(`one of ${ALERT_STATES.join(" ")}`);
  const matcher = parseMatcher(value);
  if (!matcher.ok) return complain(matcher.refusal.message);
  return [{ subject, matcher: matcher.value, ...(name === undefined ? {} : { name }) }];
}

/** `json $.a { "gt": 5 }`, for messages and transcripts. */
export function formatExpected(expected: Expected): string {
  const subject = expected.name === undefined ? expected.subject : `${expected.subject} ${expected.name}`;
  const { eq, ...rest } = expected.matcher;
  if (eq !== undefined && Object.keys(rest).length === 0) return `${subject} is ${JSON.stringify(eq)}`;
  return `${subject} ${Object.entries(expected.matcher)
    .map(([name, operand]) => `${name} ${JSON.stringify(operand)}`)
    .join(" and ")}`;
}
