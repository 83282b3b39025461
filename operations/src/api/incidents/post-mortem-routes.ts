import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { refuse } from "@assay/primitives/result";
import { type Principal, person } from "../../identity/principal.ts";
import {
  postMortemBodySchema,
  postMortemListSchema,
  postMortemMoveBodySchema,
  postMortemSchema,
} from "../schema/incidents.ts";
import { incidentParamsSchema } from "./get-incident.ts";
import { type IncidentApi, named } from "./incident-api.ts";
import { postMortemView } from "./incident-view.ts";

const REFUSALS = {
  INCIDENT_NOT_FOUND: 404,
  VERSION_CONFLICT: 409,
  SAME_STATE: 409,
  OWN_REPORT: 409,
  TOO_MANY_VERSIONS: 409,
  REPORT_INCOMPLETE: 422,
} as const;
const LARGEST_BODY_BYTES = 1_048_576;
const MARKDOWN = "text/markdown; charset=utf-8";

/** Reading and writing the report of an incident. */
export function postMortemRoutes(api: IncidentApi): readonly Route<Principal>[] {
  return [getPostMortem(api), listPostMortems(api), getMarkdown(api), savePostMortem(api), movePostMortem(api)];
}

function getPostMortem({ postMortems }: IncidentApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents/:id/post-mortem",
    summary: "The post-mortem as it stands, or what the timeline proposes",
    access: person("viewer"),
    params: incidentParamsSchema,
    replies: { 200: postMortemSchema },
    handle: async ({ params: { id } }) => {
      const standing = await postMortems.standing(id);
      return standing === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, postMortemView(standing));
    },
  });
}

function listPostMortems({ postMortems }: IncidentApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents/:id/post-mortem/versions",
    summary: "All versions of the post-mortem, newest first",
    access: person("viewer"),
    params: incidentParamsSchema,
    replies: { 200: postMortemListSchema },
    handle: async ({ params: { id } }) =>
      answer(200, { versions: (await postMortems.versions(id)).map(postMortemView) }),
  });
}

function getMarkdown({ postMortems }: IncidentApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/incidents/:id/post-mortem.md",
    summary: "The post-mortem as Markdown in the form of an incident report",
    access: person("viewer"),
    params: incidentParamsSchema,
    replies: { 200: mediaReply(MARKDOWN) },
    handle: async ({ params: { id } }) => {
      const text = await postMortems.markdown(id);
      if (text === undefined) return refuse({ code: "NOT_FOUND" });
      const headers = { "content-disposition": `attachment; filename="${id}.md"` };
      return answerText(200, text, { contentType: MARKDOWN, headers });
    },
  });
}

function savePostMortem({ postMortems }: IncidentApi): Route<Principal> {
  return route({
    method: "PUT",
    path: "/api/incidents/:id/post-mortem",
    summary: "Save a new version of the post-mortem",
    access: person("operator"),
    params: incidentParamsSchema,
    body: postMortemBodySchema,
    bodyLimitBytes: LARGEST_BODY_BYTES,
    replies: { 200: postMortemSchema },
    refusals: REFUSALS,
    handle: async ({ params: { id }, body, principal }) => {
      const saved = await postMortems.save(id, { ...body, by: named(principal) });
      return saved.ok ? answer(200, postMortemView(saved.value)) : saved;
    },
  });
}

function movePostMortem({ postMortems }: IncidentApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/incidents/:id/post-mortem/state",
    summary: "Ask for review of the post-mortem, publish it, or take it back",
    access: person("operator"),
    params: incidentParamsSchema,
    body: postMortemMoveBodySchema,
    replies: { 200: postMortemSchema },
    refusals: REFUSALS,
    handle: async ({ params: { id }, body, principal }) => {
      const moved = await postMortems.move(id, { ...body, by: named(principal) });
      return moved.ok ? answer(200, postMortemView(moved.value)) : moved;
    },
  });
}
