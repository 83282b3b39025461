import type { Instant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import { fillText } from "../document/template.ts";
import { type Expected, formatExpected } from "../expect/expectation.ts";
import { parseJsonPath, valueAt } from "../expect/json-path.ts";
import { compare } from "../expect/matcher.ts";
import type { RunValues } from "./lookup.ts";
import type { Output } from "./output.ts";
import type { AlertStates, MetricValues, RecordedEvents } from "./ports.ts";
import type { Redactor } from "./redact.ts";
import type { ExpectationResult, Verdict } from "./run.ts";

/** Where the plane's own subjects are looked up. */
export interface PlaneView {
  readonly alerts: AlertStates;
  readonly metrics: MetricValues;
  readonly recorded: RecordedEvents;
}

export interface Judgement {
  readonly system: string;
  readonly values: RunValues;
  readonly view: PlaneView;
  /** Knows the secrets of the output that is judged. */
  readonly redact: Redactor;
  /** Events count from when the run started. */
  readonly since: Instant;
}

/** `shown` is what may be kept of it. */
type Observation =
  | { readonly seen: JsonValue | undefined; readonly shown?: JsonValue | undefined }
  | { readonly unseen: string };

const LONGEST_OBSERVED = 2_000;

/** What an author need not write down: a program that ends well, a request that is answered well, an action that is done. */
export function withImplied(all: readonly Expected[], output: Output): readonly Expected[] {
  const says = (subject: Expected["subject"]) => all.some((expected) => expected.subject === subject);
  const implied: Expected[] = [];
  if (output.exit !== undefined && !says("exit")) implied.push({ subject: "exit", matcher: { eq: 0 } });
  if (output.status !== undefined && !says("status"))
    implied.push({ subject: "status", matcher: { gte: 200, lt: 300 } });
  if (output.state !== undefined && !says("state")) implied.push({ subject: "state", matcher: { eq: "executed" } });
  return [...implied, ...all];
}

/** Compares what was seen with what must be seen. What could not be looked at is inconclusive, never green. */
export async function judge(
  all: readonly Expected[],
  output: Output,
  context: Judgement,
): Promise<readonly ExpectationResult[]> {
  const results: ExpectationResult[] = [];
  for (const expected of all) results.push(await judgeOne(expected, output, context));
  return results;
}

async function judgeOne(expected: Expected, output: Output, context: Judgement): Promise<ExpectationResult> {
  const text = formatExpected(expected);
  const matcher = context.values.resolve(expected.matcher);
  if (matcher === undefined) {
    const reason = "a value it refers to is not known";
    return { text, expected: expected.matcher as JsonValue, observed: null, verdict: "inconclusive", reason };
  }
  const observation = await observe(expected, output, context);
  const base = { text, expected: context.redact.json(matcher as JsonValue) };
  if ("unseen" in observation)
    return { ...base, observed: null, verdict: "inconclusive", reason: context.redact.text(observation.unseen) };
  const { seen } = observation;
  const observed = seen === undefined ? null : bounded(observation.shown ?? seen);
  const compared = compare(seen, matcher);
  if ("unclear" in compared) return { ...base, observed, verdict: "inconclusive", reason: compared.unclear };
  return { ...base, observed, verdict: compared.holds ? "passed" : "failed", reason: null };
}

async function observe(expected: Expected, output: Output, context: Judgement): Promise<Observation> {
  const { subject, name = "", matcher } = expected;
  const { redact, view } = context;
  switch (subject) {
    case "metric":
      return orUnseen(await view.metrics.value(context.system, name), "the metric has no current value");
    case "alert":
      return orUnseen(await view.alerts.state(name), "the alert cannot be judged now");
    case "event":
      return { seen: (await view.recorded.wasRecorded(name, context.since)) ? name : undefined };
    case "json":
      return observeJson(fillText(name, context.values.place), output, redact);
    case "header": {
      if (output.headers === undefined) return missing(output);
      const value = output.headers[name.toLowerCase()];
      return redact.isSecret(name) && value !== undefined ? { seen: value, shown: HIDDEN } : shownAs(value, redact);
    }
    case "status":
      // `status: { exists: false }` is how a runbook says that a service does not answer.
      return output.status === undefined && matcher.exists !== undefined
        ? { seen: undefined }
        : own(output.status, output, redact);
    default:
      return own(output[subject], output, redact);
  }
}

const HIDDEN = "[redacted]";

function observeJson(name: string, output: Output, redact: Redactor): Observation {
  const path = parseJsonPath(name);
  if (output.json === undefined || !path.ok)
    return output.text === undefined ? missing(output) : { unseen: output.trouble ?? "the output is not JSON" };
  const seen = valueAt(output.json, path.value);
  // What a path leads to has no name any more, so it is looked up where the names still are.
  return { seen, shown: valueAt(redact.json(output.json), path.value) ?? (seen === undefined ? undefined : HIDDEN) };
}

function own(value: JsonValue | undefined, output: Output, redact: Redactor): Observation {
  return value === undefined ? missing(output) : shownAs(value, redact);
}

function shownAs(value: JsonValue | undefined, redact: Redactor): Observation {
  return { seen: value, shown: value === undefined ? undefined : redact.json(value) };
}

function missing(output: Output): Observation {
  return { unseen: output.trouble ?? "there was no such output" };
}

function orUnseen(value: JsonValue | undefined, reason: string): Observation {
  return value === undefined ? { unseen: reason } : { seen: value };
}

function bounded(value: JsonValue): JsonValue {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_OBSERVED ? value : `${text.slice(0, LONGEST_OBSERVED)}…`;
}

/** Failed if anything failed, else inconclusive if anything was not seen; without any expectation nothing was seen. */
export function verdictOf(
  all: readonly Expected[],
  results: readonly ExpectationResult[],
  output: Output,
): Exclude<Verdict, "skipped"> {
  if (results.some(({ verdict }) => verdict === "failed")) return "failed";
  if (results.length === 0 || results.some(({ verdict }) => verdict === "inconclusive")) return "inconclusive";
  const silenceIsExpected = all.some(({ subject, matcher }) => subject === "status" && matcher.exists === false);
  return output.trouble === undefined || silenceIsExpected ? "passed" : "inconclusive";
}
