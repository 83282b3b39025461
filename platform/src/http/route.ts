import type { IncomingHttpHeaders } from "node:http";
import { assert } from "@assay/primitives/assert";
import type { JsonObject } from "@assay/primitives/json";
import type { Refused, Result } from "@assay/primitives/result";
import { z } from "zod";
import type { CommonCode } from "./common-codes.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What authentication and access look at. The body is not read yet, and nothing is validated. */
export interface IncomingRequest {
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  /** The path of the route: `/api/orders/:id`. */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The socket peer, or what a trusted proxy says of it. */
  readonly remoteAddress: string;
  readonly requestId: string;
}

/** What a handler gets: who calls, and the input as its schemas returned it. */
export interface Call<Principal, Params, Query, Body> extends Omit<IncomingRequest, "params"> {
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The body as it came, for signatures and hashes. */
  readonly rawBody: Uint8Array;
  /** Aborts when the client is gone, the time is up or the server closes. */
  readonly signal: AbortSignal;
  /** A W3C trace header for calls made on behalf of this one. */
  readonly traceparent: string;
  setHeader(name: string, value: string | readonly string[]): void;
}

/**
 * Who may call. `open` skips authentication: the handler knows nobody. A guard sees the system's own principal
 * (`undefined`: no credentials were sent) and returns what the handler gets as `call.principal`, narrowed:
 * `accept(principal)`, or refuses with `UNAUTHENTICATED` (401), `FORBIDDEN` (403) or a code of the route.
 */
export type Access<P, Admitted> = "open" | Guard<P, Admitted>;
export interface Guard<P, Admitted> {
  check(principal: P | undefined, request: IncomingRequest): Result<Admitted> | Promise<Result<Admitted>>;
}

export interface JsonAnswer<Status extends number = number, Body = unknown> {
  readonly kind: "json";
  readonly status: Status;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TextAnswer {
  readonly kind: "text";
  readonly status: number;
  readonly text: string | Uint8Array;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One server-sent event; `data` is sent as JSON on one line. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
}

export interface StreamAnswer {
  readonly kind: "stream";
  readonly events: AsyncIterable<ServerSentEvent>;
}

export type Answer = JsonAnswer | TextAnswer | StreamAnswer;

/** An answer with a JSON body, checked against the schema that the route declares for `status`. */
export function answer<const Status extends number, const Body>(
  status: Status,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
): JsonAnswer<Status, Body> {
  return { kind: "json", status, body, headers };
}

/** An answer that is not JSON, such as `text/markdown` or a download. */
export function answerText(
  status: number,
  text: string | Uint8Array,
  media: string | { readonly contentType: string; readonly headers: Readonly<Record<string, string>> },
): TextAnswer {
  const { contentType, headers } = typeof media === "string" ? { contentType: media, headers: {} } : media;
  return { kind: "text", status, text, contentType, headers };
}

/** Server-sent events until `events` ends, the client leaves or the server closes; then `events` is returned. */
export function answerStream(events: AsyncIterable<ServerSentEvent>): StreamAnswer {
  return { kind: "stream", events };
}

/** Stands in `replies` for an answer that is not JSON. */
export interface MediaReply {
  readonly mediaType: string;
}

export function mediaReply(mediaType: string): MediaReply {
  return { mediaType };
}

export const EVENT_STREAM = mediaReply("text/event-stream");

export type Replies = Readonly<Record<number, z.ZodType | MediaReply>>;

/** What a refusal may tell the client besides its code; other members stay inside. */
export interface RefusalOfRoute<Code extends string> {
  readonly code: Code;
  /** One sentence for people. */
  readonly detail?: string;
  /** Inputs that are wrong: `{ path: "body.amount", message }`. */
  readonly errors?: readonly FieldError[];
  /** Sent as `Retry-After`. */
  readonly retryAfterS?: number;
  /** Further members of the problem document, such as `{ limit, available }`. */
  readonly members?: JsonObject;
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

type Schema = z.ZodType;
/** What is only read may be read-only. */
type ReadOnly<T> = T extends string | number | bigint | Date | Uint8Array
  ? T
  : T extends readonly (infer Entry)[]
    ? readonly ReadOnly<Entry>[]
    : T extends object
      ? { readonly [Name in keyof T]: ReadOnly<T[Name]> }
      : T;
type JsonAnswers<R extends Replies> = {
  [Status in keyof R & number]: R[Status] extends Schema ? JsonAnswer<Status, ReadOnly<z.input<R[Status]>>> : never;
}[keyof R & number];

export interface RouteOptions<
  P,
  Admitted,
  Params extends Schema,
  Query extends Schema,
  Body extends Schema,
  R extends Replies,
  Code extends string,
> {
  readonly method: Method;
  /** `/api/orders/:id` */
  readonly path: `/${string}`;
  /** One line for the API description. */
  readonly summary: string;
  readonly access: Access<P, Admitted>;
  /** Strict objects: what they do not name is refused. Values of `params` and `query` arrive as strings. */
  readonly params?: Params;
  readonly query?: Query;
  /** An absent body is read as `{}`. */
  readonly body?: Body;
  /** By status. A JSON answer is sent as its schema returns it. */
  readonly replies: R;
  /** The codes with which the handler may refuse, besides the common ones, and their statuses. */
  readonly refusals?: Readonly<Record<Code, number>>;
  /** Default 64 KiB. */
  readonly bodyLimitBytes?: number;
  /** How long the handler may take; default 30 s. Late reads answer 503, late writes 504 `OUTCOME_UNKNOWN`. */
  readonly timeoutMs?: number;
  /** Which of the server's identity rates counts; default `default`. */
  readonly rateClass?: string;
  /** Slow by nature (backups, streams): not in the latency metrics, never a `Slow request`. */
  readonly isSlow?: boolean;
  handle(
    call: Call<Admitted, z.output<Params>, z.output<Query>, z.output<Body>>,
  ): Promise<JsonAnswers<R> | TextAnswer | StreamAnswer | Refused<RefusalOfRoute<NoInfer<Code> | CommonCode>>>;
}

/** A route of a server whose principals are `P`; made by {@link route}. */
export interface Route<P = unknown> {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly access: Access<P, unknown>;
  readonly params: Schema;
  readonly query: Schema;
  readonly body: Schema | undefined;
  readonly replies: Replies;
  readonly refusals: Readonly<Record<string, number>>;
  readonly bodyLimitBytes: number;
  readonly timeoutMs: number;
  readonly rateClass: string;
  readonly isSlow: boolean;
  handle(call: Call<unknown, unknown, unknown, unknown>): Promise<Answer | Refused<RefusalOfRoute<string>>>;
}

const DEFAULT_BODY_LIMIT = 65_536;
const DEFAULT_TIMEOUT_MS = 30_000;
const nothing = z.strictObject({});
type Nothing = typeof nothing;

/**
 * Declares one route: its path, who may call it, the schemas of its input and answers, and its refusals. The types of
 * `call` and of the answers follow from the declaration.
 */
export function route<
  P = unknown,
  Admitted = undefined,
  Params extends Schema = Nothing,
  Query extends Schema = Nothing,
  Body extends Schema = z.ZodUndefined,
  const R extends Replies = Replies,
  const Code extends string = never,
>(options: RouteOptions<P, Admitted, Params, Query, Body, R, Code>): Route<P> {
  const { path, params = nothing, query = nothing, body } = options;
  for (const schema of [params, query, body])
    assert(schema === undefined || refusesUnknown(schema), `the input of ${path} refuses what it does not name`);
  return {
    method: options.method,
    path,
    summary: options.summary,
    access: options.access,
    params,
    query,
    body,
    replies: options.replies,
    refusals: options.refusals ?? {},
    bodyLimitBytes: options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    rateClass: options.rateClass ?? "default",
    isSlow: options.isSlow ?? false,
    // The server calls with what the access guard and the schemas above returned, so the types hold.
    handle: options.handle.bind(options) as Route<P>["handle"],
  };
}

/** Plain objects drop what they do not name without a word: input says `strictObject`, or `looseObject` when it means it. */
function refusesUnknown(schema: Schema): boolean {
  if (schema instanceof z.ZodObject) return schema.def.catchall !== undefined;
  if (schema instanceof z.ZodUnion) return schema.def.options.every((option) => refusesUnknown(option as Schema));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return refusesUnknown(schema.def.innerType as Schema);
  return true;
}
