import { answer, type Route, route } from "@assay/platform/http/route";
import { formatInstant, toInstant } from "@assay/primitives/instant";
import type { Result } from "@assay/primitives/result";
import { z } from "zod";
import { type Principal, person } from "../../identity/principal.ts";
import type { Component } from "../../status-page/component.ts";
import type { Standing } from "../../status-page/status-board.ts";
import { publicComponent } from "../../status-page/status-content.ts";
import type { StatusDeskRefusal } from "../../status-page/status-desk.ts";
import { named } from "../incidents/incident-api.ts";
import {
  componentBodySchema,
  componentPlaceBodySchema,
  type EditableComponent,
  overrideBodySchema,
  statusEditorSchema,
} from "../schema/status.ts";
import type { StatusApi } from "./status-api.ts";

const paramsSchema = z.strictObject({ id: z.string().max(130) });
const changedSchema = z.strictObject({ id: z.string() });

const REFUSALS = {
  UNKNOWN_COMPONENT: 404,
  COMPONENT_DECLARED: 409,
  TOO_MANY_COMPONENTS: 409,
  NOT_OVERRIDDEN: 409,
  ENDS_IN_THE_PAST: 422,
  ENDS_TOO_LATE: 422,
} as const satisfies Record<StatusDeskRefusal["code"], number>;

/** The page as operators see it, and its parts. */
export function editorRoutes(api: StatusApi): readonly Route<Principal>[] {
  return [
    getEditor(api),
    addComponent(api),
    placeComponent(api),
    removeComponent(api),
    setOverride(api),
    endOverride(api),
  ];
}

function getEditor({ board, content, publicIncidents, subscriptions, url }: StatusApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/status-page",
    summary: "The public page as operators see it, with why each state is what it is",
    access: person("viewer"),
    replies: { 200: statusEditorSchema },
    handle: async () => {
      const [{ state, asOf, parts }, summary, subscribers] = await Promise.all([
        board.board(),
        content.summary(),
        subscriptions.counts(),
      ]);
      const incidents = await Promise.all(
        summary.incidents.map(async (incident) => ({
          ...incident,
          incidentId: (await publicIncidents.find(incident.id))?.incidentId ?? null,
        })),
      );
      const components = parts.map(editableComponent);
      const { maintenance } = summary;
      return answer(200, { state, asOf: formatInstant(asOf), url, components, incidents, maintenance, subscribers });
    },
  });
}

function editableComponent(part: Standing): EditableComponent {
  const { component, why, override } = part;
  const { group, position, isHidden, system, isDeclared } = component;
  return {
    ...publicComponent(part),
    ...{ group, position, isHidden, system, isDeclared, why },
    override:
      override === undefined
        ? null
        : {
            ...{ state: override.state, reason: override.reason, by: override.by },
            at: formatInstant(override.at),
            endsAt: formatInstant(override.endsAt),
          },
  };
}

function changed(outcome: Result<Component, StatusDeskRefusal>) {
  return outcome.ok ? answer(200, { id: outcome.value.id }) : outcome;
}

function addComponent({ desk }: StatusApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/status-page/components",
    summary: "Add a part that no manifest declares",
    access: person("operator"),
    body: componentBodySchema,
    replies: { 200: changedSchema },
    refusals: REFUSALS,
    handle: async ({ body, principal }) => changed(await desk.addComponent(body, named(principal))),
  });
}

function placeComponent({ desk }: StatusApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/status-page/components/:id/place",
    summary: "Say under which heading a part stands and whether it is shown",
    access: person("operator"),
    params: paramsSchema,
    body: componentPlaceBodySchema,
    replies: { 200: changedSchema },
    refusals: REFUSALS,
    handle: async ({ params: { id }, body, principal }) =>
      changed(await desk.placeComponent(id, { ...body, by: named(principal) })),
  });
}

function removeComponent({ desk }: StatusApi): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/status-page/components/:id",
    summary: "Remove a part that was made by hand",
    access: person("operator"),
    params: paramsSchema,
    replies: { 200: changedSchema },
    refusals: REFUSALS,
    handle: async ({ params: { id }, principal }) => changed(await desk.removeComponent(id, named(principal))),
  });
}

function setOverride({ desk }: StatusApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/status-page/components/:id/override",
    summary: "State what a part is like, until a time",
    access: person("operator"),
    params: paramsSchema,
    body: overrideBodySchema,
    replies: { 200: changedSchema },
    refusals: REFUSALS,
    handle: async ({ params: { id }, body, principal }) => {
      const endsAt = toInstant(Date.parse(body.endsAt));
      return changed(await desk.override(id, { ...body, endsAt, by: named(principal) }));
    },
  });
}

function endOverride({ desk }: StatusApi): Route<Principal> {
  return route({
    method: "DELETE",
    path: "/api/status-page/components/:id/override",
    summary: "Let checks and alerts say again what a part is like",
    access: person("operator"),
    params: paramsSchema,
    replies: { 200: changedSchema },
    refusals: REFUSALS,
    handle: async ({ params: { id }, principal }) => changed(await desk.endOverride(id, named(principal))),
  });
}
