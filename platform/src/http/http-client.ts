import { Failure } from "@assay/primitives/failure";
import type { JsonValue } from "@assay/primitives/json";

export interface FetchOptions {
  /** Default GET. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON, or as it is when it is bytes or text (then name a `content-type`). */
  readonly body?: JsonValue | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** For the whole answer; default 5 s. */
  readonly timeoutMs?: number;
  /** Default 1 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface HttpReply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1_048_576;

/**
 * Calls another service and reads its JSON; an empty or other body is `undefined`. Any status is an answer, and the
 * caller checks the body's shape. Redirects are not followed: no service of ours sends any, and a token must not travel.
 * @throws Failure `HTTP_UNREACHABLE`, `HTTP_TIMEOUT` (retryable), `HTTP_BAD_ANSWER` (too large, or not the JSON it claims).
 */
export async function fetchJson(url: string, options: FetchOptions = {}): Promise<HttpReply<unknown>> {
  const { status, headers, body } = await fetchText(url, options);
  const isJson = /^application\/([\w.-]+\+)?json\b/.test(headers.get("content-type") ?? "");
  if (!isJson || body === "") return { status, headers, body: undefined };
  try {
    return { status, headers, body: JSON.parse(body) as unknown };
  } catch (cause) {
    throw new Failure("HTTP_BAD_ANSWER", { retryable: false, cause, details: { url: plain(url), status } });
  }
}

/** As {@link fetchJson}, with the body as text. */
export async function fetchText(url: string, options: FetchOptions = {}): Promise<HttpReply<string>> {
  const { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  try {
    const response = await fetch(url, { ...requestOf(options), signal, redirect: "manual" });
    const body = await readText(response, maxBytes, url);
    return { status: response.status, headers: response.headers, body };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const code = timeout.aborted ? "HTTP_TIMEOUT" : "HTTP_UNREACHABLE";
    throw new Failure(code, { retryable: true, cause, details: { url: plain(url), timeoutMs } });
  }
}

function requestOf({ method = "GET", body, headers = {}, token }: FetchOptions): RequestInit {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (body === undefined) return { method, headers: { ...headers, ...authorization } };
  if (body instanceof Uint8Array)
    return { method, headers: { ...headers, ...authorization }, body: new Uint8Array(body) };
  const type = { "content-type": "application/json" };
  return { method, headers: { ...type, ...headers, ...authorization }, body: JSON.stringify(body) };
}

async function readText(response: Response, maxBytes: number, url: string): Promise<string> {
  const tooLarge = () =>
    new Failure("HTTP_BAD_ANSWER", {
      retryable: false,
      details: { url: plain(url), reason: `more than ${maxBytes} bytes` },
    });
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** An address without its query and credentials, for logs. */
function plain(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? "(not an address)" : `${parsed.origin}${parsed.pathname}`;
}
