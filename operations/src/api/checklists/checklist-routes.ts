import type { Clock } from "@assay/platform/clock/clock";
import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { type Result, refuse } from "@assay/primitives/result";
import { z } from "zod";
import type {
  ChecklistPerson,
  Checklists,
  RoundDetail,
  SignRefusal,
  TickRefusal,
} from "../../checklists/checklists.ts";
import { nextPeriod } from "../../checklists/periods.ts";
import { type PersonPrincipal, type Principal, person } from "../../identity/principal.ts";
import {
  checklistListSchema,
  roundDetailSchema,
  roundListSchema,
  roundQuerySchema,
  runBodySchema,
  signBodySchema,
  tickBodySchema,
} from "../schema/checklists.ts";
import { roundDetailView, roundView } from "./round-view.ts";

export interface ChecklistApi {
  readonly checklists: Checklists;
  readonly clock: Clock;
}

const roundParams = z.strictObject({ id: z.string().max(64) });
const itemParams = z.strictObject({ id: z.string().max(64), item: z.string().max(64) });
const replies = { 200: roundDetailSchema } as const;
const refusals = {
  ROUND_NOT_FOUND: 404,
  ITEM_NOT_FOUND: 404,
  ROUND_SIGNED: 409,
  ROLE_MISSING: 403,
  NOTE_REQUIRED: 422,
  ITEM_IS_AUTOMATIC: 409,
  VERDICT_REQUIRED: 422,
  ITEMS_OPEN: 409,
} as const;

export function checklistRoutes(api: ChecklistApi): Route<Principal>[] {
  return [listChecklists(api), listRounds(api), getRound(api), runRound(api), tickItem(api), signRound(api)];
}

function listChecklists({ checklists, clock }: ChecklistApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/checklists",
    summary: "The checklists in force and when each opens next",
    access: person("viewer"),
    replies: { 200: checklistListSchema },
    handle: async () =>
      answer(200, {
        checklists: checklists.declared().map(({ system, checklist }) => ({
          system,
          checklist,
          nextOpensAt: formatInstant(nextPeriod(checklist, clock.now()).opensAt),
        })),
      }),
  });
}

function listRounds({ checklists, clock }: ChecklistApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/checklists/rounds",
    summary: "Rounds of checklists, newest first",
    access: person("viewer"),
    query: roundQuerySchema,
    replies: { 200: roundListSchema },
    handle: async ({ query: { state, cursor, ...page } }) => {
      const found = await checklists.list({ ...page, openOnly: state === "open", after: cursor });
      const nextCursor = found.length === page.limit ? found.at(-1)!.round.id : null;
      return answer(200, { rounds: found.map((detail) => roundView(detail, clock.now())), nextCursor });
    },
  });
}

function getRound({ checklists, clock }: ChecklistApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/checklists/rounds/:id",
    summary: "A round with every look at its items",
    access: person("viewer"),
    params: roundParams,
    replies,
    handle: async ({ params }) => {
      const detail = await checklists.find(params.id);
      return detail === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, roundDetailView(detail, clock.now()));
    },
  });
}

function runRound({ checklists, clock }: ChecklistApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/checklists/rounds/:id/run",
    summary: "Look at the automatic items again",
    access: person("operator"),
    params: roundParams,
    body: runBodySchema,
    replies,
    refusals,
    handle: async ({ params, body, principal }) =>
      detailed(await checklists.run(params.id, { by: personOf(principal), item: body.item }), clock),
  });
}

function tickItem({ checklists, clock }: ChecklistApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/checklists/rounds/:id/items/:item",
    summary: "Say how an item is, or write a note on what an automatic one found",
    access: person("viewer"),
    params: itemParams,
    body: tickBodySchema,
    replies,
    refusals,
    handle: async ({ params, body, principal }) =>
      detailed(await checklists.tick(params.id, { item: params.item, ...body, by: personOf(principal) }), clock),
  });
}

function signRound({ checklists, clock }: ChecklistApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/checklists/rounds/:id/sign",
    summary: "Sign a round off: everything on it was done",
    access: person("viewer"),
    params: roundParams,
    body: signBodySchema,
    replies,
    refusals,
    handle: async ({ params, body, principal }) =>
      detailed(await checklists.sign(params.id, { by: personOf(principal), note: body.note }), clock),
  });
}

function detailed(result: Result<RoundDetail, TickRefusal | SignRefusal>, clock: Clock) {
  return result.ok ? answer(200, roundDetailView(result.value, clock.now())) : result;
}

function personOf({ personId: id, name, roles }: PersonPrincipal): ChecklistPerson {
  return { id, name, roles };
}
