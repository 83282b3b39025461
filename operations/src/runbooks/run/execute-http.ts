import { MAX_OUTPUT_BYTES, type Output, parseJsonText } from "./output.ts";
import type { RenderedBlock } from "./render.ts";

export interface HttpExecution {
  readonly block: Extract<RenderedBlock, { kind: "http" }>;
  readonly token: string | undefined;
  /** Sent with everything that is not a GET, so that a repetition of the same execution has no second effect. */
  readonly idempotencyKey: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Sends the request without following redirects, within its time and size. Never throws for what the network does. */
export async function executeHttp(execution: HttpExecution): Promise<Output> {
  const { block, timeoutMs } = execution;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([timeout, execution.signal]);
  try {
    const response = await fetch(block.url, {
      method: block.method,
      redirect: "manual",
      signal,
      headers: headersOf(execution),
      ...(block.body === undefined ? {} : { body: JSON.stringify(block.body) }),
    });
    const { text, isCut } = await readText(response);
    const json = isCut ? undefined : parseJsonText(text);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      ...(json === undefined ? {} : { json }),
      ...(isCut ? { trouble: `TOO_LARGE: more than ${MAX_OUTPUT_BYTES} bytes` } : {}),
    };
  } catch (error) {
    if (timeout.aborted) return { trouble: `TIMEOUT: no answer within ${timeoutMs} ms` };
    if (execution.signal.aborted) return { trouble: "ABORTED: the run was aborted" };
    return { trouble: `UNREACHABLE: ${causeOf(error)}` };
  }
}

function headersOf({ block, token, idempotencyKey }: HttpExecution): Record<string, string> {
  return {
    accept: "application/json, text/*;q=0.5",
    ...(block.body === undefined ? {} : { "content-type": "application/json" }),
    ...(block.method === "GET" || block.method === "HEAD" ? {} : { "idempotency-key": idempotencyKey }),
    ...block.headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

async function readText(response: Response): Promise<{ text: string; isCut: boolean }> {
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_OUTPUT_BYTES) return { text, isCut: true };
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode(), isCut: false };
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  return typeof code === "string" ? code : cause instanceof Error ? cause.message.slice(0, 200) : "no connection";
}
