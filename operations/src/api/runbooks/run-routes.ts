import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { type Refused, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { type PersonPrincipal, type Principal, person } from "../../identity/principal.ts";
import type { PersonName } from "../../runbooks/run/run.ts";
import type { CommandRefusal } from "../../runbooks/run/run-command.ts";
import type { Runbooks } from "../../runbooks/runbooks.ts";
import { givenProof } from "../identity/given-proof.ts";
import {
  abortBody,
  continueBody,
  runDetailSchema,
  runListSchema,
  runQuery,
  runSchema,
  signBody,
  startRunBody,
  transcriptSchema,
} from "../schema/runbooks.ts";
import { runbookParams } from "./runbook-routes.ts";
import { planView, runView, stepRunView, transcriptView } from "./views.ts";

const runParams = z.strictObject({ id: z.string().max(64) });
const stepParams = runParams.extend({ name: z.string().max(100) });

/** Codes of runs that are not common ones. */
const REFUSALS = {
  RUN_ENDED: 409,
  RUN_NOT_STOPPED: 409,
  RUN_STOPPED: 409,
  NOT_OFFERED: 409,
  NOTE_REQUIRED: 400,
  STEP_NOT_WAITING: 409,
  RUN_NOT_FOUND: 404,
  RUNBOOK_NOT_FOUND: 404,
  INCIDENT_NOT_FOUND: 404,
  RUNBOOK_CHANGED: 409,
  RUNBOOK_BROKEN: 409,
  WRONG_ENVIRONMENT: 409,
  ACTION_REFUSED: 409,
  BAD_TOTP: 401,
  TOTP_SETUP_REQUIRED: 403,
} as const;

export type RunRoutesOptions = Pick<Runbooks, "runs" | "catalogue" | "systems" | "live">;

/** Starting and steering runs: operators. What a dangerous step needs beyond that, its policy decides. */
export function runRoutes(runbooks: RunRoutesOptions): Route<Principal>[] {
  return [...readingRoutes(runbooks), ...steeringRoutes(runbooks), signRoute(runbooks)];
}

function readingRoutes({ runs, catalogue, systems, live }: RunRoutesOptions): Route<Principal>[] {
  return [
    route({
      method: "GET",
      path: "/api/runs",
      summary: "Runs, newest first",
      access: person("viewer"),
      query: runQuery,
      replies: { 200: runListSchema },
      handle: async ({ query: { state, limit, system, runbook, incidentId } }) => {
        const found = await runs.list({
          limit,
          ...(state === "open" ? { isOpen: true } : {}),
          ...(system === undefined ? {} : { system }),
          ...(runbook === undefined ? {} : { runbook }),
          ...(incidentId === undefined ? {} : { incidentId }),
        });
        return answer(200, { runs: found.map(runView) });
      },
    }),
    route({
      method: "GET",
      path: "/api/runs/:id",
      summary: "A run with every step, what was expected and what was seen",
      access: person("viewer"),
      params: runParams,
      replies: { 200: runDetailSchema },
      handle: async ({ params }) => {
        const detail = await runs.get(params.id);
        if (detail === undefined) return refuse({ code: "NOT_FOUND" });
        const { run, steps } = detail;
        const pinned = await catalogue.text(run.system, run.runbook.id, run.runbook.sha256);
        const manifest = (await systems.get(run.system))?.manifest;
        const values = { params: run.params, captures: run.captures, runId: run.id };
        const plan = pinned?.runbook && manifest ? planView(pinned.runbook, { manifest, ...values }) : [];
        return answer(200, {
          run: runView(run),
          steps: steps.map((step) => ({ ...stepRunView(step), output: live.read(step.id) ?? step.output })),
          markdown: pinned?.markdown ?? "",
          plan,
        });
      },
    }),
    route({
      method: "GET",
      path: "/api/runs/:id/transcript.json",
      summary: "The whole run with its text and digests, to be verified without a server",
      access: person("viewer"),
      params: runParams,
      replies: { 200: transcriptSchema },
      handle: async ({ params }) => {
        const detail = await runs.get(params.id);
        if (detail === undefined) return refuse({ code: "NOT_FOUND" });
        const { system, runbook } = detail.run;
        const text = (await catalogue.text(system, runbook.id, runbook.sha256))?.markdown ?? "";
        return answer(200, transcriptView(detail, text));
      },
    }),
    route({
      method: "GET",
      path: "/api/runs/:id/transcript",
      summary: "The whole run as one Markdown document",
      access: person("viewer"),
      params: runParams,
      replies: { 200: mediaReply("text/markdown") },
      handle: async ({ params }) => {
        const transcript = await runs.transcript(params.id);
        if (transcript === undefined) return refuse({ code: "NOT_FOUND" });
        return answerText(200, transcript, "text/markdown; charset=utf-8");
      },
    }),
  ];
}

function steeringRoutes({ runs }: Pick<Runbooks, "runs">): Route<Principal>[] {
  const access = OPERATOR;
  return [
    route({
      method: "POST",
      path: "/api/runbooks/:id/runs",
      summary: "Starts a run of the current text",
      access,
      params: runbookParams,
      body: startRunBody,
      replies: { 201: runSchema },
      refusals: REFUSALS,
      handle: async ({ params, body, principal }) => {
        const { environment, incidentId = null, system, sha256 } = body;
        const started = await runs.start(
          {
            ...{ runbook: params.id, params: body.params, environment, incidentId },
            ...(system === undefined ? {} : { system }),
            ...(sha256 === undefined ? {} : { sha256 }),
          },
          nameOf(principal),
        );
        return started.ok ? answer(201, runView(started.value)) : told(started);
      },
    }),
    route({
      method: "POST",
      path: "/api/runs/:id/continue",
      summary: "Decides how a stopped run goes on: again, without the step, or undoing it",
      access,
      params: runParams,
      body: continueBody,
      replies: { 200: runSchema },
      refusals: REFUSALS,
      handle: async ({ params, body, principal }) => {
        const { decision, note = null } = body;
        const done = await runs.continue(params.id, { decision, note, person: nameOf(principal) });
        return done.ok ? answer(200, runView(done.value)) : told(done);
      },
    }),
    route({
      method: "POST",
      path: "/api/runs/:id/pause",
      summary: "Stops a run before its next step, until a person says how it goes on",
      access,
      params: runParams,
      replies: { 200: runSchema },
      refusals: REFUSALS,
      handle: async ({ params, principal }) => {
        const done = await runs.pause(params.id, nameOf(principal));
        return done.ok ? answer(200, runView(done.value)) : told(done);
      },
    }),
    route({
      method: "POST",
      path: "/api/runs/:id/abort",
      summary: "Ends a run, also while it waits",
      access,
      params: runParams,
      body: abortBody,
      replies: { 200: runSchema },
      refusals: REFUSALS,
      handle: async ({ params, body, principal }) => {
        const done = await runs.abort(params.id, { reason: body.reason, person: nameOf(principal) });
        return done.ok ? answer(200, runView(done.value)) : told(done);
      },
    }),
  ];
}

/** Access to start and to steer alike. */
const OPERATOR = person("operator");

function signRoute({ runs }: Pick<Runbooks, "runs">): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/runs/:id/steps/:name/sign",
    summary: "Signs a task list, or confirms an action that one person may do",
    access: OPERATOR,
    params: stepParams,
    body: signBody,
    replies: { 200: runSchema },
    refusals: REFUSALS,
    handle: async ({ params, body, principal }) => {
      const { items, note = null } = body;
      const proof = givenProof(body) ?? null;
      const signed = await runs.sign({ runId: params.id, step: params.name, items, note, proof }, principal);
      return signed.ok ? answer(200, runView(signed.value)) : told(signed);
    },
  });
}

function nameOf({ personId, name }: PersonPrincipal): PersonName {
  return { id: personId, name };
}

function told({ refusal }: Refused<CommandRefusal>) {
  const { code, detail, errors } = refusal;
  return refuse({ code, detail, ...(errors === undefined ? {} : { errors }) });
}
