import { type Manifest, manifestSchema } from "@assay/operations/manifest/manifest";
import type { TokenVerifier } from "@assay/platform/auth/access-token";
import type { Guard } from "@assay/platform/http/route";
import { answer, answerText, mediaReply, type RefusalOfRoute, type Route, route } from "@assay/platform/http/route";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import type { JsonObject } from "@assay/primitives/json";
import { accept, type Refused, type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import type { Action, ActionContext } from "../../operations/action.ts";
import type { Fault } from "../../operations/fault.ts";
import type { RunbookFile } from "../../operations/runbook-files.ts";
import { spendGrant } from "../../operations/used-grants.ts";
import { hasRole, operator } from "../access.ts";
import { ACTION_ROUTE } from "../authenticate.ts";
import type { GrantPrincipal, OperatorPrincipal, Principal } from "../principal.ts";
import { faultInputSchema, faultSchema, performedSchema, performInputSchema } from "../schema/ops.ts";

export interface OpsRoutesOptions {
  readonly manifest: () => Manifest;
  readonly actions: ReadonlyMap<string, Action>;
  readonly runbooks: ReadonlyMap<string, RunbookFile>;
  /** Empty unless faults are enabled; then the routes do not exist. */
  readonly faults: ReadonlyMap<string, Fault>;
  readonly tokens: TokenVerifier;
  readonly database: Database;
  readonly logger: Logger;
}

const ACTION_TIMEOUT_MS = 10 * 60_000;
const named = z.strictObject({ name: z.string().max(100) });

export function opsRoutes(options: OpsRoutesOptions): Route<Principal>[] {
  const routes = [manifestRoute(options), runbookRoute(options), actionRoute(options)];
  return options.faults.size === 0 ? routes : [...routes, faultRoute(options, "inject"), faultRoute(options, "clear")];
}

function manifestRoute({ manifest }: OpsRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/ops/manifest",
    summary: "How this system meets the operations plane",
    access: operator("viewer"),
    replies: { 200: manifestSchema },
    handle: async () => answer(200, manifest()),
  });
}

function runbookRoute({ runbooks }: OpsRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/ops/runbooks/:name",
    summary: "The text of a runbook",
    access: operator("viewer"),
    params: named,
    replies: { 200: mediaReply("text/markdown") },
    async handle({ params }) {
      const runbook = runbooks.get(params.name);
      if (runbook === undefined) return refuse({ code: "NOT_FOUND", detail: "No runbook has this name." });
      return answerText(200, runbook.markdown, "text/markdown; charset=utf-8");
    },
  });
}

type Actor = OperatorPrincipal | GrantPrincipal;

/** Whoever could be let in by some action; which one it is decides the rest. */
const mayAct: Guard<Principal, Actor> = {
  check(principal) {
    if (principal === undefined) return refuse({ code: "UNAUTHENTICATED" });
    return principal.kind === "customer" ? refuse({ code: "FORBIDDEN" }) : accept(principal);
  },
};

type PerformInput = z.output<typeof performInputSchema>;

function actionRoute(options: OpsRoutesOptions): Route<Principal> {
  const own = [...options.actions.values()].flatMap(({ refusals }) => Object.entries(refusals));
  const refusals: Readonly<Record<string, number>> = Object.fromEntries([
    ...own,
    ["UNKNOWN_ACTION", 404],
    ["APPROVAL_INVALID", 403],
  ]);
  return route({
    method: "POST",
    path: ACTION_ROUTE,
    summary: "Run an action; what is dangerous needs the plane's grant",
    access: mayAct,
    params: named,
    body: performInputSchema,
    replies: { 200: performedSchema },
    refusals,
    timeoutMs: ACTION_TIMEOUT_MS,
    isSlow: true,
    async handle({ principal, params: { name }, body, requestId }) {
      const action = options.actions.get(name);
      if (action === undefined) return refuse({ code: "UNKNOWN_ACTION", detail: "No action has this name." });
      const context = await admit(options, { action, principal, body, requestId });
      if (!context.ok) return context;
      const { correlationId, by } = context.value;
      options.logger.warn({ action: name, correlation_id: correlationId, user_id: by.id }, "Action runs");
      const result = await action.run(body.params, context.value);
      if ("invalid" in result) return invalidParams(result.invalid);
      return result.ok ? answer(200, { success: true as const, action: name, result: { ...result.value } }) : result;
    },
  });
}

interface Attempt {
  readonly action: Action;
  readonly principal: Actor;
  readonly body: PerformInput;
  readonly requestId: string;
}

async function admit(
  options: OpsRoutesOptions,
  { action, principal, body, requestId }: Attempt,
): Promise<Result<ActionContext, RefusalOfRoute<"APPROVAL_INVALID" | "FORBIDDEN">>> {
  const { effect, name } = action.description;
  if (principal.kind === "grant") return await admitGrant(options, { name, token: principal.token, body });
  if (effect === "danger") return refuse({ code: "FORBIDDEN", detail: "This needs a grant of the operations plane." });
  const role = effect === "read" ? "viewer" : "operator";
  if (!hasRole(principal, role)) return refuse({ code: "FORBIDDEN", detail: `This needs the role ${role}.` });
  const kind = principal.kind === "operator" ? "person" : "service";
  return accept({
    by: { kind, id: principal.sub, name: principal.name },
    correlationId: body.approval?.id ?? requestId,
  });
}

/** The grant is for this action with these parameters, names the same approval as the body, and was never used. */
async function admitGrant(
  { tokens, database }: OpsRoutesOptions,
  { name, token, body }: { name: string; token: string; body: PerformInput },
): Promise<Result<ActionContext, RefusalOfRoute<"APPROVAL_INVALID">>> {
  const verified = await tokens.verifyGrant(token, { action: name, params: body.params as JsonObject });
  if (!verified.ok) return verified;
  const claims = verified.value;
  const { approval, requester } = body;
  const isSame = approval == null || (approval.id === claims.approvalId && approval.digest === claims.digest);
  if (!isSame) return refuse({ code: "APPROVAL_INVALID", detail: "The grant is for another approval." });
  if (!(await spendGrant(database, claims))) {
    return refuse({ code: "APPROVAL_INVALID", detail: "The grant has been used." });
  }
  const by = requester == null ? { id: claims.sub, name: claims.sub } : { id: requester.id, name: requester.name };
  return accept({ by: { kind: "person", ...by }, correlationId: claims.approvalId });
}

function invalidParams(error: z.ZodError): Refused<RefusalOfRoute<"INVALID_INPUT">> {
  const errors = error.issues.map(({ path, message }) => ({ path: ["body.params", ...path].join("."), message }));
  return refuse({ code: "INVALID_INPUT", detail: "The parameters do not fit the action.", errors });
}

function faultRoute({ faults, logger }: OpsRoutesOptions, verb: "inject" | "clear"): Route<Principal> {
  return route({
    method: "POST",
    path: verb === "inject" ? "/ops/faults/:name" : "/ops/faults/:name/clear",
    summary: verb === "inject" ? "Break something on purpose" : "End a fault",
    access: operator("operator"),
    params: named,
    body: faultInputSchema,
    replies: { 200: faultSchema },
    refusals: { FAULT_NOT_POSSIBLE: 409 },
    timeoutMs: 60_000,
    isSlow: true,
    async handle({ params, body, principal }) {
      const fault = faults.get(params.name);
      if (fault === undefined) return refuse({ code: "NOT_FOUND", detail: "No fault has this name." });
      const obstacle = verb === "inject" ? await fault.obstacle?.(body.params as JsonObject) : undefined;
      if (obstacle !== undefined) return refuse({ code: "FAULT_NOT_POSSIBLE", detail: obstacle });
      logger.warn({ fault: params.name, verb, user_id: principal.sub }, "Fault");
      const details = verb === "inject" ? await fault.inject(body.params as JsonObject) : await fault.clear();
      const state = verb === "inject" ? ("injected" as const) : ("cleared" as const);
      return answer(200, { success: true as const, fault: params.name, state, details: { ...details } });
    },
  });
}
