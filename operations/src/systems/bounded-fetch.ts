import { accept, type Result, refuse } from "@assay/primitives/result";

export interface BoundedFetchOptions {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly token?: string | undefined;
  readonly accept?: string;
}

export interface FetchedText {
  readonly status: number;
  /** Lower-case media type without parameters; empty when the target names none. */
  readonly mediaType: string;
  readonly text: string;
  /** False when there were bytes that are no UTF-8; then there is no text. */
  readonly isUtf8: boolean;
}

export type FetchRefusal = { readonly code: "UNREACHABLE" | "TIMEOUT" | "TOO_LARGE"; readonly reason: string };

/**
 * GETs text from a target that may be dead, slow, endless or lying: never longer than `timeoutMs` from connect to the
 * last byte, never more than `maxBytes`, no redirects. Any status is an answer.
 */
export async function fetchBounded(
  url: string,
  options: BoundedFetchOptions,
): Promise<Result<FetchedText, FetchRefusal>> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await fetch(url, { redirect: "manual", signal, headers: headersOf(options) });
    const body = await readText(response, options.maxBytes);
    if (body === undefined) return refuse({ code: "TOO_LARGE", reason: `more than ${options.maxBytes} bytes` });
    const mediaType = (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
    return accept({ status: response.status, mediaType, ...body });
  } catch (error) {
    if (signal.aborted) return refuse({ code: "TIMEOUT", reason: `no answer within ${options.timeoutMs} ms` });
    return refuse({ code: "UNREACHABLE", reason: causeOf(error) });
  }
}

function headersOf({ token, accept: media }: BoundedFetchOptions): Record<string, string> {
  return {
    ...(media === undefined ? {} : { accept: media }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

async function readText(
  response: Response,
  maxBytes: number,
): Promise<{ readonly text: string; readonly isUtf8: boolean } | undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, size, isUtf8] = ["", 0, true];
  const decode = (chunk?: Uint8Array) => {
    try {
      if (isUtf8) text += chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      [text, isUtf8] = ["", false];
    }
  };
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the body and with it the connection.
    if (size > maxBytes) return undefined;
    decode(chunk);
  }
  decode();
  return { text, isUtf8 };
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  return typeof code === "string" ? code : cause instanceof Error ? cause.message.slice(0, 200) : "no connection";
}
