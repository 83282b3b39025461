import type { JsonValue } from "@assay/primitives/json";
import type { Block, Step } from "../document/runbook.ts";
import { hasBrokenPlace, placesIn, textsIn } from "../document/template.ts";
import { asReference, type Matcher } from "../expect/matcher.ts";
import { thresholdBound } from "../threshold-values.ts";
import type { LintInput } from "./lint-context.ts";

/** Every `{{place}}` and every `param: capture: threshold:` value must have something behind it when its step runs. */
export function lintReferences(input: LintInput): void {
  const { runbook, problems } = input;
  const captured = new Set<string>();
  for (const [name, { default: value }] of Object.entries(runbook.params)) {
    const bad = placesIn(String(value ?? "")).filter((place) => !isBuiltIn(place, input));
    if (bad.length > 0)
      problems.add("place", { line: 2, column: 1 }, `the default of ${name} cannot know {{${bad.join("}}, {{")}}}`);
  }
  for (const step of runbook.steps) {
    for (const text of blockTexts(step.block)) lintPlaces({ input, step, text, captured });
    for (const { name = "" } of step.expect?.all ?? []) lintPlaces({ input, step, text: name, captured });
    for (const { matcher, subject, name } of step.expect?.all ?? [])
      for (const value of operandsOf(matcher)) lintReference({ input, step, value, captured, about: name ?? subject });
    for (const capture of step.captures) captured.add(capture.name);
  }
}

/** All texts of a block in which places are filled. */
export function blockTexts(block: Block): string[] {
  switch (block.kind) {
    case "http":
      return [block.url, ...Object.values(block.headers), ...textsIn(block.body ?? null)];
    case "sh":
      return [...block.words];
    case "sql":
    case "promql":
      return [block.text];
    case "action":
      return [block.action, ...textsIn(block.params)];
    case "manual":
      return block.items.map(({ text }) => text);
  }
}

interface PlaceInput {
  readonly input: LintInput;
  readonly step: Step;
  readonly text: string;
  readonly captured: ReadonlySet<string>;
}

function lintPlaces({ input, step, text, captured }: PlaceInput): void {
  const at = { line: step.line, column: 1 };
  if (hasBrokenPlace(text)) input.problems.add("place", at, `\`${text}\` holds braces that name nothing`);
  for (const place of placesIn(text)) {
    const known =
      isBuiltIn(place, input) ||
      Object.hasOwn(input.runbook.params, place) ||
      (place.startsWith("capture.") && captured.has(place.slice("capture.".length)));
    if (!known) input.problems.add("place", at, `step ${step.name}: nothing fills {{${place}}}`);
  }
}

function isBuiltIn(place: string, { context }: LintInput): boolean {
  const { manifest } = context;
  if (place === manifest.system || place === "run.id") return true;
  return manifest.services.some((service) => place === `services.${service.name}`);
}

function operandsOf(matcher: Matcher): JsonValue[] {
  return Object.values(matcher).flatMap((operand) => textsIn(operand as JsonValue));
}

interface ReferenceInput {
  readonly input: LintInput;
  readonly step: Step;
  readonly value: JsonValue;
  readonly captured: ReadonlySet<string>;
  readonly about: string;
}

function lintReference({ input, step, value, captured, about }: ReferenceInput): void {
  const reference = asReference(value);
  if (reference === undefined) return;
  const { kind, name } = reference;
  const known = {
    param: () => Object.hasOwn(input.runbook.params, name),
    capture: () => captured.has(name),
    threshold: () => thresholdBound(input.context.manifest, name) !== undefined,
  }[kind]();
  if (known) return;
  const at = { line: step.expect?.line ?? step.line, column: 1 };
  input.problems.add("reference", at, `${about}: nothing is named ${kind}:${name}`);
}
