import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";
import { COMMON_CODES } from "./common-codes.ts";
import type { MediaReply, Route } from "./route.ts";

const PROBLEM_REFERENCE = { $ref: "#/components/schemas/Problem" };

const problemSchema: JsonObject = {
  type: "object",
  required: ["type", "title", "status", "code", "detail", "instance", "request_id"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string" },
    detail: { type: "string" },
    instance: { type: "string" },
    request_id: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

/** Describes the routes as an OpenAPI 3.1 document, from the schemas that validate them. */
export function openApiOf(
  routes: readonly Route<never>[],
  { service, version }: { readonly service: string; readonly version: string },
): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([A-Za-z_]\w*)/g, "{$1}").replace("*", "{rest}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: service, version },
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
  };
}

function operationOf(route: Route<never>): JsonObject {
  const parameters = [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")];
  return {
    summary: route.summary,
    ...(route.access === "open" ? {} : { security: [{ bearer: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: { content: jsonContent(schemaOf(route.body, "input")) } }),
    responses: { ...repliesOf(route), ...problemsOf(route) },
  };
}

function parametersOf(schema: z.ZodType, place: "path" | "query"): JsonObject[] {
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    readonly properties?: Readonly<Record<string, JsonObject>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

function repliesOf(route: Route<never>): JsonObject {
  const replies = Object.entries(route.replies).map(([status, reply]) => {
    const content = isMedia(reply) ? { [reply.mediaType]: {} } : jsonContent(schemaOf(reply, "output"));
    return [status, { description: route.summary, content }];
  });
  return Object.fromEntries(replies) as JsonObject;
}

function problemsOf(route: Route<never>): JsonObject {
  const statuses = new Map<number, string[]>([[COMMON_CODES.INVALID_INPUT, ["INVALID_INPUT"]]]);
  if (route.access !== "open") {
    statuses.set(COMMON_CODES.UNAUTHENTICATED, ["UNAUTHENTICATED"]);
    statuses.set(COMMON_CODES.FORBIDDEN, ["FORBIDDEN"]);
  }
  for (const [code, status] of Object.entries(route.refusals))
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  const problems = [...statuses].map(([status, codes]) => [
    String(status),
    { description: codes.join(", "), content: { "application/problem+json": { schema: PROBLEM_REFERENCE } } },
  ]);
  return Object.fromEntries(problems) as JsonObject;
}

function jsonContent(schema: JsonObject): JsonObject {
  return { "application/json": { schema } };
}

function isMedia(reply: z.ZodType | MediaReply): reply is MediaReply {
  return "mediaType" in reply;
}

/** What JSON Schema cannot say (a refinement, a transformation) is left open rather than refused. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" });
  return described as JsonObject;
}
