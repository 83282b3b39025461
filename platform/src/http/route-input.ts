import { accept, type Result, refuse } from "@assay/primitives/result";
import type { z } from "zod";
import { parseJsonBody } from "./json-body.ts";
import type { FieldError, Route } from "./route.ts";

export interface RouteInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly rawBody: Uint8Array;
}

type InvalidInput = {
  readonly code: "INVALID_INPUT";
  readonly detail: string;
  readonly errors?: readonly FieldError[];
};

const MAX_ERRORS = 20;

/** Validates all of a request's input with the schemas of its route; every wrong field is named. */
export function readInput(route: Route<never>, raw: RawInput): Result<RouteInput, InvalidInput> {
  const json = route.body === undefined ? readNoBody(raw.rawBody) : parseJsonBody(raw.rawBody);
  if (!json.ok) return json;
  const params = route.params.safeParse(raw.params);
  const query = route.query.safeParse(raw.query);
  const body = route.body?.safeParse(json.value);
  if (params.success && query.success && body?.success !== false)
    return accept({ params: params.data, query: query.data, body: body?.data });
  const errors = [
    ...fieldErrors("params", params.error),
    ...fieldErrors("query", query.error),
    ...fieldErrors("body", body?.error),
  ].slice(0, MAX_ERRORS);
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
  return refuse({ code: "INVALID_INPUT", detail, errors });
}

function readNoBody(rawBody: Uint8Array): Result<undefined, InvalidInput> {
  const isEmpty =
    rawBody.length === 0 || (rawBody.length <= 8 && /^\s*\{\s*\}\s*$/.test(Buffer.from(rawBody).toString()));
  return isEmpty ? accept(undefined) : refuse({ code: "INVALID_INPUT", detail: "body: this takes no body" });
}

function fieldErrors(place: string, error: z.ZodError | undefined): FieldError[] {
  return (error?.issues ?? []).flatMap((issue) => {
    const path = [place, ...issue.path.map(String)];
    if (issue.code !== "unrecognized_keys") return [{ path: path.join("."), message: issue.message }];
    return issue.keys.map((key) => ({ path: [...path, key.slice(0, 64)].join("."), message: "Unknown field" }));
  });
}
