import { answer, type Route, route } from "@assay/platform/http/route";
import { toInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { type Principal, person } from "../../identity/principal.ts";
import {
  actionItemBodySchema,
  actionItemListSchema,
  actionItemMoveBodySchema,
  actionItemQuerySchema,
  actionItemSchema,
} from "../schema/incidents.ts";
import { incidentParamsSchema } from "./get-incident.ts";
import { findPerson, type IncidentApi, named } from "./incident-api.ts";
import { actionItemView } from "./incident-view.ts";

const REFUSALS = {
  INCIDENT_NOT_FOUND: 404,
  ITEM_NOT_FOUND: 404,
  PERSON_NOT_FOUND: 404,
  TOO_MANY_ITEMS: 409,
  SAME_STATE: 409,
  DUE_IN_THE_PAST: 422,
} as const;

/** What incidents taught that is still to be done. */
export function actionItemRoutes(api: IncidentApi): readonly Route<Principal>[] {
  return [listItems(api), addItem(api), moveItem(api)];
}

function listItems({ actionItems, clock }: IncidentApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/action-items",
    summary: "Action items of all incidents, those due first first",
    access: person("viewer"),
    query: actionItemQuerySchema,
    replies: { 200: actionItemListSchema },
    handle: async ({ query: { state, limit } }) => {
      const items = await actionItems.list(state, limit);
      return answer(200, { items: items.map((item) => actionItemView(item, clock.now())) });
    },
  });
}

function addItem({ actionItems, directory, clock }: IncidentApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/incidents/:id/action-items",
    summary: "Add an action item with its owner and due date",
    access: person("operator"),
    params: incidentParamsSchema,
    body: actionItemBodySchema,
    replies: { 201: actionItemSchema },
    refusals: REFUSALS,
    handle: async ({ params: { id }, body: { title, ownerId, dueAt }, principal }) => {
      const owner = await findPerson(directory, ownerId);
      if (owner === undefined) return refuse({ code: "PERSON_NOT_FOUND", detail: "Nobody here has this id." });
      const due = toInstant(Date.parse(dueAt));
      const added = await actionItems.add(id, { title, owner, dueAt: due, by: named(principal) });
      return added.ok ? answer(201, actionItemView(added.value, clock.now())) : added;
    },
  });
}

function moveItem({ actionItems, clock }: IncidentApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/action-items/:id/state",
    summary: "Finish an action item, drop it or take it up again",
    access: person("operator"),
    params: incidentParamsSchema,
    body: actionItemMoveBodySchema,
    replies: { 200: actionItemSchema },
    refusals: REFUSALS,
    handle: async ({ params: { id }, body, principal }) => {
      const moved = await actionItems.move(id, { ...body, by: named(principal) });
      return moved.ok ? answer(200, actionItemView(moved.value, clock.now())) : moved;
    },
  });
}
