import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { PROBLEM_TYPE, type Problem, problemJson } from "./problem.ts";
import type { Payload } from "./route-handler.ts";

export function sendPayload(reply: FastifyReply, { status, contentType, headers, payload }: Payload): FastifyReply {
  reply.code(status).type(contentType).headers(headers);
  if (typeof payload === "string" || payload instanceof Uint8Array) return reply.send(payload);
  return reply.send(Readable.from(payload, { objectMode: false }));
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { exchange } = reply.request;
  exchange.problem = problem;
  if (problem.retryAfterS !== undefined) reply.header("Retry-After", problem.retryAfterS);
  if (problem.status === 401) reply.header("WWW-Authenticate", "Bearer");
  const place = { instance: exchange.path, requestId: exchange.requestId };
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problemJson(problem, place));
}
