import type { CommandContext } from "@assay/platform/command-line/command-context";
import { type FetchOptions, fetchJson } from "@assay/platform/http/http-client";
import type { z } from "zod";
import { readAnswer, toFailure } from "./plane/answer.ts";

export interface SystemCall<T> {
  readonly system: string;
  readonly path: string;
  /** What the answer must look like. */
  readonly schema: z.ZodType<T>;
  readonly request?: FetchOptions;
}

/** Calls a system's API in the name of who is signed in. @throws Failure with the system's code and sentence. */
export async function callSystem<T>(context: CommandContext, call: SystemCall<T>): Promise<T> {
  const url = await context.serviceUrl(call.system);
  const token = await context.accessToken(call.system);
  const reply = await fetchJson(`${url}${call.path}`, { token, signal: context.signal, ...call.request });
  if (reply.status >= 400) throw toFailure(reply.status, reply.body, url);
  return readAnswer(call.schema, reply.body, call.path);
}
