import type { JsonValue } from "@assay/primitives/json";
import { isJsonObject } from "@assay/primitives/json";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { ActionDescription } from "../../manifest/manifest.ts";
import type { Step } from "../document/runbook.ts";
import { placesIn } from "../document/template.ts";
import type { LintInput } from "./lint-context.ts";
import type { Complain } from "./lint-step.ts";

const PEOPLE = ["", "one", "two", "three", "four", "five"];

/** An action exists, its parameters fit its schema, and a dangerous one says who, what and how back. */
export function lintAction(step: Step, input: LintInput, complain: Complain): void {
  if (step.block.kind !== "action") return;
  const { action: name, params } = step.block;
  const action = input.context.manifest.actions.find((candidate) => candidate.name === name);
  if (action === undefined) {
    complain("action-exists", `no action is named ${name}`);
    return;
  }
  if (action.effect !== step.effect)
    complain("action-effect", `${name} is effect=${action.effect}, not ${step.effect}`);
  for (const message of parameterErrors(action, params)) complain("action-params", `${name}: ${message}`);
  if (step.approval !== undefined && step.approval < action.people)
    complain("approval-raise", `the policy asks for ${action.people} people; a runbook may ask for more, never fewer`);
  if (step.effect === "danger")
    lintCaution(step, { people: Math.max(action.people, step.approval ?? 0), action }, complain);
}

interface DangerPolicy {
  /** Who must sign, by the policy or by the runbook where it asks for more. */
  readonly people: number;
  readonly action: ActionDescription;
}

const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
const compiled = new Map<string, ValidateFunction>();
const MOST_COMPILED = 500;

// By text, since a manifest that is fetched again brings equal schemas in new objects, and compiling takes long.
function validatorOf({ params }: ActionDescription): ValidateFunction {
  const text = JSON.stringify(params);
  const known = compiled.get(text);
  if (known !== undefined) return known;
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  const validate = ajv.compile(params);
  compiled.set(text, validate);
  return validate;
}

/** What is wrong with the parameters, leaving out values that are filled only when the step runs. */
function parameterErrors(action: ActionDescription, params: JsonValue): string[] {
  const validate = validatorOf(action);
  if (validate(params)) return [];
  return (validate.errors ?? [])
    .filter((error) => !isFilledLater(params, error))
    .map((error) => `${error.instancePath || "params"} ${error.message}`);
}

function isFilledLater(params: JsonValue, error: ErrorObject): boolean {
  const value = error.instancePath
    .split("/")
    .slice(1)
    .reduce<JsonValue | undefined>((current, part) => (isJsonObject(current) ? current[part] : undefined), params);
  return typeof value === "string" && placesIn(value).length > 0;
}

/** The box tells the number of people, the effect and the undo; the machine holds it to the policy. */
function lintCaution(step: Step, { people, action }: DangerPolicy, complain: Complain): void {
  const { caution, rollback } = step;
  if (caution === undefined) {
    complain("danger-caution", "a dangerous step has a `> [!CAUTION]` box");
    return;
  }
  const at = { line: caution.line, column: 1 };
  const word = PEOPLE[people]!;
  const [first = ""] = caution.people.toLowerCase().split(/\s+/);
  if (first !== word && first !== String(people)) {
    const told = `${capitalized(word)} ${people === 1 ? "person" : "people"}.`;
    complain("danger-caution", `the box begins with how many must sign, which is policy: "${told}"`, at);
  }
  if (caution.effect.split(/\s+/).length < 2)
    complain("danger-caution", "the box says, in a sentence, what the step changes", at);
  if (action.undo === "none" && rollback !== undefined && rollback !== "none")
    complain("danger-caution", `${action.name} has no undo, yet the step names \`${rollback}\``, at);
  if (caution.undo.length < 3) {
    complain("danger-caution", "the box ends with `Undo: …`", at);
    return;
  }
  if (rollback !== undefined && rollback !== "none" && !caution.undo.includes(rollback))
    complain("danger-caution", `the box names the undo step \`${rollback}\``, at);
  if (rollback === "none" && caution.undo.split(/\s+/).length < 4)
    complain("danger-caution", "rollback=none needs the reason after `Undo:`", at);
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
