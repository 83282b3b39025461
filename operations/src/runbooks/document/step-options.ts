import { parseJsonPath } from "../expect/json-path.ts";
import { parseDuration } from "./duration.ts";
import type { Attribute, Attributes } from "./info-string.ts";
import { type Capture, ENVIRONMENTS, type Environment, type OnFail, type Step } from "./runbook.ts";

export type StepOptions = Pick<
  Step,
  "retry" | "approval" | "environments" | "rollback" | "onFail" | "captures" | "redact" | "skipInCi"
>;

const ON_FAIL = ["stop", "continue", "rollback", "abort"] as const;
const GOTO = /^goto:([a-z][a-z0-9-]*)$/;

/** Reads the optional attributes; `complain` hears a sentence for each that cannot be read. */
export function readOptions(attributes: Attributes, complain: (message: string) => void): StepOptions {
  const read = <T>(name: Attribute, parse: (text: string) => T | undefined, form: string): T | undefined => {
    const text = attributes[name];
    const value = text === undefined ? undefined : parse(text);
    if (text !== undefined && value === undefined) complain(`\`${name}\` ${form}`);
    return value;
  };
  const optional = {
    retry: read("retry", readRetry, "is such as 3x5s: times and pause"),
    approval: read("approval", readPeople, "is 2 to 5 people; fewer is not representable"),
    environments: read("env", readEnvironments, "lists local, staging, production"),
    rollback: read("rollback", (text) => text, "names a step, or none"),
    skipInCi: read("ci", readCi, "is run or skip:reason"),
  };
  return {
    onFail: read("on-fail", readOnFail, "is stop, continue, rollback, abort or goto:step") ?? "stop",
    captures: read("capture", readCaptures, "is name:$.path, several joined by commas") ?? [],
    redact: read("redact", (text) => text.split(","), "names members of the output") ?? [],
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined && value !== "run"),
    ) as Partial<StepOptions>),
  };
}

function readOnFail(text: string): OnFail | undefined {
  const step = GOTO.exec(text)?.[1];
  return step === undefined ? ON_FAIL.find((value) => value === text) : { goto: step };
}

function readRetry(text: string): Step["retry"] {
  const match = /^([1-9]\d?)x(.+)$/.exec(text);
  const everyMs = match ? parseDuration(match[2]!) : undefined;
  return everyMs === undefined ? undefined : { times: Number(match![1]), everyMs };
}

function readPeople(text: string): number | undefined {
  return /^[2-5]$/.test(text) ? Number(text) : undefined;
}

function readEnvironments(text: string): readonly Environment[] | undefined {
  const names = text.split(",").map((name) => ENVIRONMENTS.find((known) => known === name));
  return names.includes(undefined) ? undefined : (names as Environment[]);
}

function readCi(text: string): string | undefined {
  return text === "run" ? text : /^skip:(.+)$/.exec(text)?.[1];
}

function readCaptures(text: string): readonly Capture[] | undefined {
  const captures = text.split(/,(?=[a-z])/).map(readCapture);
  return captures.every((capture) => capture !== undefined) ? captures : undefined;
}

function readCapture(text: string): Capture | undefined {
  const match = /^([a-z][a-z0-9_]*):(\$.*)$/.exec(text);
  return match && parseJsonPath(match[2]!).ok ? { name: match[1]!, path: match[2]! } : undefined;
}
