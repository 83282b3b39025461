import { Failure } from "@assay/primitives/failure";
import { isJsonObject, type JsonValue } from "@assay/primitives/json";
import type { Manifest } from "../../manifest/manifest.ts";
import type { ParameterDeclaration, Runbook } from "../document/runbook.ts";
import { fillText, type PlaceValue } from "../document/template.ts";
import { asReference, type Matcher, patternOf } from "../expect/matcher.ts";
import { thresholdBound } from "../threshold-values.ts";

/** What places and references mean in one run. */
export interface RunValues {
  /** @throws Failure `NOTHING_FILLS_PLACE`. */
  place(name: string): PlaceValue;
  /** Whether a place stands for a base address and may begin an address. */
  isAddress(name: string): boolean;
  /** A matcher with its references resolved; undefined when one has nothing behind it. */
  resolve(matcher: Matcher): Matcher | undefined;
}

export interface ValueSources {
  readonly manifest: Manifest;
  readonly runbook: Runbook;
  readonly params: Readonly<Record<string, PlaceValue>>;
  readonly captures: Readonly<Record<string, PlaceValue>>;
  readonly runId: string;
  /** In a plan, what is captured only later stays as it is written. */
  readonly keepUnknown?: boolean;
}

export function createRunValues(sources: ValueSources): RunValues {
  const place = (name: string): PlaceValue => {
    const value = builtIn(name, sources) ?? parameter(name, sources) ?? captured(name, sources);
    if (value !== undefined) return value;
    if (sources.keepUnknown) return `{{${name}}}`;
    throw new Failure("NOTHING_FILLS_PLACE", { retryable: false, details: { place: name } });
  };
  const resolveValue = (value: JsonValue): JsonValue | undefined => {
    const reference = asReference(value);
    if (reference === undefined) return resolveInside(value, resolveValue);
    if (reference.kind === "threshold") return thresholdBound(sources.manifest, reference.name)?.value;
    return reference.kind === "param" ? parameter(reference.name, sources) : sources.captures[reference.name];
  };
  return {
    place,
    isAddress: (name) =>
      builtIn(name, sources) !== undefined && name !== "run.id" ? true : sources.runbook.params[name]?.type === "url",
    resolve: (matcher) => {
      const entries = Object.entries(matcher).map(
        ([name, operand]) => [name, resolveValue(operand as JsonValue)] as const,
      );
      return entries.some(([, operand]) => operand === undefined)
        ? undefined
        : (Object.fromEntries(entries) as Matcher);
    },
  };
}

function builtIn(name: string, { manifest, runId }: ValueSources): string | undefined {
  if (name === "run.id") return runId;
  if (name === manifest.system) return trimmed(manifest.services[0]!.url);
  const service = manifest.services.find((candidate) => name === `services.${candidate.name}`);
  return service && trimmed(service.url);
}

/** A list or a matcher of a length, with what its members refer to; undefined when one refers to nothing. */
function resolveInside(value: JsonValue, resolve: (value: JsonValue) => JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items = value.map(resolve);
    return items.some((item) => item === undefined) ? undefined : (items as JsonValue[]);
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, resolve(member)] as const);
  return entries.some(([, member]) => member === undefined)
    ? undefined
    : (Object.fromEntries(entries) as Record<string, JsonValue>);
}

function parameter(name: string, sources: ValueSources): PlaceValue | undefined {
  if (!Object.hasOwn(sources.runbook.params, name)) return undefined;
  const value = sources.params[name];
  return typeof value === "string" ? fillText(value, (inner) => builtIn(inner, sources) ?? `{{${inner}}}`) : value;
}

function captured(name: string, { captures }: ValueSources): PlaceValue | undefined {
  return name.startsWith("capture.") ? captures[name.slice("capture.".length)] : undefined;
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, "");
}

/** The parameters of a run: what was given, checked, with defaults for the rest; or a sentence for each that is wrong. */
export function readParameters(
  declarations: Readonly<Record<string, ParameterDeclaration>>,
  given: Readonly<Record<string, PlaceValue>>,
): {
  readonly params: Readonly<Record<string, PlaceValue>>;
  readonly errors: readonly { path: string; message: string }[];
} {
  const errors = Object.keys(given)
    .filter((name) => !Object.hasOwn(declarations, name))
    .map((name) => ({ path: `body.params.${name}`, message: "is no parameter of this runbook" }));
  const params: Record<string, PlaceValue> = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    const value = asDeclared(given[name] ?? declaration.default, declaration);
    const message =
      value === undefined ? (declaration.required ? "is required" : undefined) : mismatch(declaration, value);
    if (message !== undefined) errors.push({ path: `body.params.${name}`, message });
    else if (value !== undefined) params[name] = value;
  }
  return { params, errors };
}

/** Whoever types `name=12` for a text means the text. */
function asDeclared(value: PlaceValue | undefined, { type }: ParameterDeclaration): PlaceValue | undefined {
  return type === "string" && typeof value === "number" ? String(value) : value;
}

const LONGEST_TEXT = 1_000;

function mismatch(
  { type, choices, pattern, default: fallback }: ParameterDeclaration,
  value: PlaceValue,
): string | undefined {
  if (value === fallback) return undefined;
  if (type === "integer") return Number.isSafeInteger(value) ? undefined : "is a whole number";
  if (type === "boolean") return typeof value === "boolean" ? undefined : "is true or false";
  if (typeof value !== "string" || value.length > LONGEST_TEXT)
    return `is a text of at most ${LONGEST_TEXT} characters`;
  // A place inside a value would be filled by us: what a person types is never a template.
  if (value.includes("{{")) return "holds no {{places}}";
  if (type === "choice") return choices?.includes(value) ? undefined : `is one of ${choices?.join(", ")}`;
  if (type === "url") return /^https?:\/\//.test(value) && URL.canParse(value) ? undefined : "is an http address";
  return pattern === undefined || patternOf(pattern)?.isAllOf(value) ? undefined : `has the form ${pattern}`;
}
