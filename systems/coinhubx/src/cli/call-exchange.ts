import type { CommandContext } from "@assay/platform/command-line/command-context";
import { type FetchOptions, fetchJson } from "@assay/platform/http/http-client";
import { Failure } from "@assay/primitives/failure";
import { z } from "zod";

export interface ExchangeCall<T> {
  readonly path: string;
  /** What the answer must look like. */
  readonly schema: z.ZodType<T>;
  readonly request?: FetchOptions;
}

const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** Calls the exchange with `request.token`, or in the name of who is signed in. @throws Failure with the refusal's code. */
export async function callExchange<T>(
  context: CommandContext,
  { path, schema, request = {} }: ExchangeCall<T>,
): Promise<T> {
  const url = await context.serviceUrl("coinhubx-backend");
  const { status, body } = await fetchJson(`${url}${path}`, { signal: context.signal, ...request });
  if (status >= 400) {
    const problem = problemSchema.safeParse(body);
    const { code, detail } = problem.data ?? { code: "HTTP_REFUSED", detail: `${url} answered ${status}.` };
    throw new Failure(code, { retryable: status >= 500, details: { reason: detail, status } });
  }
  return schema.parse(body);
}

export async function callAsOperator<T>(context: CommandContext, call: ExchangeCall<T>): Promise<T> {
  const token = await context.accessToken("coinhubx");
  return await callExchange(context, { ...call, request: { ...call.request, token } });
}
