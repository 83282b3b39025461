import { MINUTE_MS } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { ActionCatalogue, CatalogueAction, OwnRequest } from "../actions/action-catalogue.ts";
import type { ParamsRefusal } from "../actions/action-params.ts";
import { type ActionDescription, roleSchema } from "../manifest/manifest.ts";
import { POLICY_BOUNDS, type PolicyRule, type Requirement } from "./policy.ts";
import type { PolicyTable } from "./policy-table.ts";

export const CHANGE_POLICY = "operations.policy.change";

const minutes = ({ min, max }: { readonly min: number; readonly max: number }) =>
  z
    .number()
    .min(min / MINUTE_MS)
    .max(max / MINUTE_MS);

const changeSchema = z.strictObject({
  action: z.string().min(1).max(200).describe("the action, or * for every dangerous one"),
  environment: z.enum(["any", "local", "staging", "production"]),
  people: z.int().min(POLICY_BOUNDS.people.min).max(POLICY_BOUNDS.people.max).optional(),
  roles: z.array(roleSchema).min(1).max(5).optional(),
  expires_in_minutes: minutes(POLICY_BOUNDS.expiresInMs).optional(),
  tell_again_in_minutes: minutes(POLICY_BOUNDS.tellAgainMs).optional(),
  never_standing: z.boolean().optional(),
  remove: z.boolean().optional().describe("take the line out"),
});

const DESCRIPTION: ActionDescription = {
  name: CHANGE_POLICY,
  title: "Change the approval policy",
  effect: "danger",
  params: z.toJSONSchema(changeSchema) as ActionDescription["params"],
  sentence: "Change the policy line for {action} in environment {environment}",
  blastRadius: "How many people, and who, must agree to the action from now on. Manifests and defaults stay the floor.",
  people: 2,
  roles: ["admin", "approver"],
  direction: "start",
  pagesEveryone: true,
  undo: "Change the line back; every version is kept.",
};

/** Changing who must agree is itself agreed to, by at least as many people as the line that is changed asks for. */
export function changePolicyAction(options: {
  readonly policies: PolicyTable;
  readonly catalogue: ActionCatalogue;
  readonly environment: string;
}): CatalogueAction {
  const { policies, catalogue, environment } = options;
  return {
    ...{ system: "operations", environment, url: "", description: DESCRIPTION, neverStanding: true },
    own: {
      check: (params) => checkChange(params, catalogue),
      requires: (params) => requiredFor(params, { policies, catalogue }),
      perform: async (request) => await change(policies, request),
    },
  };
}

function checkChange(params: JsonObject, catalogue: ActionCatalogue): Result<void, ParamsRefusal> {
  const { action, people, roles, expires_in_minutes, tell_again_in_minutes, never_standing, remove } =
    changeSchema.parse(params);
  if (action !== "*" && remove !== true && catalogue.find(action) === undefined) {
    return wrong("action", "is not known here");
  }
  const says = [people, roles, expires_in_minutes, tell_again_in_minutes, never_standing];
  if (remove !== true && says.every((one) => one === undefined)) return wrong("", "must say what the line asks for");
  return accept(undefined);
}

function wrong(name: string, message: string): Result<never, ParamsRefusal> {
  return refuse({ code: "INVALID_PARAMS", errors: [{ path: name === "" ? "params" : `params.${name}`, message }] });
}

/** Otherwise two people could take out a line that asks for three, and then do the thing with two. */
function requiredFor(
  params: JsonObject,
  { policies, catalogue }: { readonly policies: PolicyTable; readonly catalogue: ActionCatalogue },
): Requirement {
  const action = String(params.action);
  const lines = policies.rules.filter((rule) => rule.action === action);
  const entry = catalogue.find(action);
  const now = entry === undefined ? undefined : policies.resolve(entry).agreement;
  const people = Math.max(2, ...lines.map((line) => line.people ?? 1), now?.kind === "dual-control" ? now.people : 1);
  const roles = [...lines.flatMap((line) => line.roles ?? []), ...(now?.kind === "dual-control" ? now.roles : [])];
  return { people, roles: roles.filter((role) => role !== "operator") };
}

async function change(policies: PolicyTable, { params, approval, reason }: OwnRequest) {
  const { remove = false, ...line } = changeSchema.parse(params);
  const rule: PolicyRule = {
    action: line.action,
    environment: line.environment,
    ...(line.people === undefined ? {} : { people: line.people }),
    ...(line.roles === undefined ? {} : { roles: line.roles }),
    ...(line.expires_in_minutes === undefined ? {} : { expiresInMs: Math.round(line.expires_in_minutes * MINUTE_MS) }),
    ...(line.tell_again_in_minutes === undefined
      ? {}
      : { tellAgainMs: Math.round(line.tell_again_in_minutes * MINUTE_MS) }),
    ...(line.never_standing === undefined ? {} : { neverStanding: line.never_standing }),
  };
  const made = await policies.change({ rule, remove, params, approvalId: approval.id, reason });
  return made === undefined
    ? { status: 409, body: { code: "POLICY_TABLE_FULL" } }
    : { status: 200, body: { version: made.version } };
}
