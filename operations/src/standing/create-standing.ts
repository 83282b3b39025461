import { DAY_MS } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { ActionCatalogue, CatalogueAction } from "../actions/action-catalogue.ts";
import type { ParamsRefusal } from "../actions/action-params.ts";
import type { Requirement } from "../approvals/policy.ts";
import type { PolicyTable } from "../approvals/policy-table.ts";
import type { ActionDescription } from "../manifest/manifest.ts";
import { constraintsSchema } from "./param-constraints.ts";
import type { StandingApprovals } from "./standing.ts";

export const CREATE_STANDING = "operations.standing_approval.create";
const LONGEST_DAYS = 30;

export const createStandingSchema = z.strictObject({
  action: z.string().min(1).max(200),
  environment: z.enum(["local", "staging", "production"]),
  runbook: z.string().min(1).max(100).describe("id of the runbook in whose runs it counts"),
  runbook_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("its version: another text needs another agreement"),
  constraints: constraintsSchema.describe('what each parameter may be, such as {"market": "ETH-USDT"}'),
  days: z.number().positive().max(LONGEST_DAYS),
  uses: z.int().min(1).max(1_000),
});

const DESCRIPTION: ActionDescription = {
  name: CREATE_STANDING,
  title: "Agree to an action beforehand",
  effect: "danger",
  params: z.toJSONSchema(createStandingSchema) as ActionDescription["params"],
  sentence:
    "Let one person do {action} in {environment} up to {uses} times in {days} days, in runs of {runbook}, with {constraints}",
  blastRadius: "Each use happens without the others being asked. They are told, and anybody may revoke it at once.",
  people: 2,
  roles: ["operator", "approver"],
  direction: "start",
  pagesEveryone: false,
  undo: "Revoke it; one person is enough.",
};

/** Agreeing beforehand takes the people and roles that the action itself takes, and never fewer. */
export function createStandingAction(options: {
  readonly standing: StandingApprovals;
  readonly policies: PolicyTable;
  readonly catalogue: ActionCatalogue;
  readonly environment: string;
}): CatalogueAction {
  const { standing, policies, catalogue, environment } = options;
  return {
    ...{ system: "operations", environment, url: "", description: DESCRIPTION, neverStanding: true },
    own: {
      check: (params) => checkWanted(params, { policies, catalogue }),
      requires: (params) => requiredFor(params, { policies, catalogue }),
      perform: async ({ params, approval, reason }) => {
        const { days, uses, runbook, runbook_sha256, constraints, action } = createStandingSchema.parse(params);
        const entry = catalogue.find(action);
        if (entry === undefined) return { status: 409, body: { code: "UNKNOWN_ACTION" } };
        const made = await standing.create(entry, {
          ...{ approval, constraints, reason, usesAllowed: uses, lastsMs: Math.round(days * DAY_MS) },
          runbook: { id: runbook, sha256: runbook_sha256 },
        });
        return { status: 200, body: { id: made.id } };
      },
    },
  };
}

interface Known {
  readonly policies: PolicyTable;
  readonly catalogue: ActionCatalogue;
}

function checkWanted(params: JsonObject, { policies, catalogue }: Known): Result<void, ParamsRefusal> {
  const { action, environment } = createStandingSchema.parse(params);
  const entry = catalogue.find(action);
  if (entry === undefined || entry.own !== undefined) return wrong("action", "is not an action of a system");
  if (entry.environment !== environment) return wrong("environment", `is ${entry.environment} for this action`);
  const { agreement, neverStanding } = policies.resolve(entry);
  if (neverStanding) return wrong("action", "is agreed to each time: the policy allows no standing approval");
  if (agreement.kind === "one-person") return wrong("action", "needs no agreement: one person may do it");
  return accept(undefined);
}

function wrong(name: string, message: string): Result<never, ParamsRefusal> {
  return refuse({ code: "INVALID_PARAMS", errors: [{ path: `params.${name}`, message }] });
}

function requiredFor(params: JsonObject, { policies, catalogue }: Known): Requirement {
  const entry = catalogue.find(String(params.action));
  const agreement = entry === undefined ? undefined : policies.resolve(entry).agreement;
  return agreement?.kind === "dual-control" ? { people: agreement.people, roles: agreement.roles } : {};
}
