import { canonicalJson } from "@assay/primitives/canonical-json";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { ActionDescription } from "../manifest/manifest.ts";
import type { CatalogueAction } from "./action-catalogue.ts";

export interface ParamsRefusal {
  readonly code: "INVALID_PARAMS";
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
// Schemas come with manifests and live as long as they do.
const compiled = new WeakMap<object, ValidateFunction>();

/** Whether the parameters are what the action's description asks for, and text that can be hashed. */
export function checkParams(description: ActionDescription, params: JsonObject): Result<void, ParamsRefusal> {
  if (!isHashable(params)) {
    return refuse({ code: "INVALID_PARAMS", errors: [{ path: "params", message: "is not well-formed Unicode" }] });
  }
  let validate = compiled.get(description.params);
  if (validate === undefined) {
    validate = ajv.compile(description.params);
    compiled.set(description.params, validate);
  }
  if (validate(params)) return accept(undefined);
  const errors = (validate.errors ?? []).slice(0, 20).map(({ instancePath, message = "is not valid", params }) => {
    const extra = "additionalProperty" in params ? `/${String(params.additionalProperty)}` : "";
    return { path: `params${`${instancePath}${extra}`.replaceAll("/", ".")}`, message };
  });
  return refuse({ code: "INVALID_PARAMS", errors });
}

/** The description's schema, and what the action itself refuses beyond it. */
export function checkOrder({ description, own }: CatalogueAction, params: JsonObject): Result<void, ParamsRefusal> {
  const checked = checkParams(description, params);
  return checked.ok && own !== undefined ? own.check(params) : checked;
}

function isHashable(params: JsonObject): boolean {
  try {
    canonicalJson(params);
    return true;
  } catch {
    return false;
  }
}
