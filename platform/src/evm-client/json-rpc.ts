import { Failure } from "@assay/primitives/failure";
import type { JsonValue } from "@assay/primitives/json";
import { z } from "zod";
import { fetchJson } from "../http/http-client.ts";

const replySchema = z.union([
  z.object({ jsonrpc: z.literal("2.0"), id: z.unknown(), result: z.json() }),
  z.object({
    jsonrpc: z.literal("2.0"),
    id: z.unknown(),
    error: z.object({ code: z.int(), message: z.string(), data: z.json().optional() }),
  }),
]);

/** Errors that say something of the endpoint rather than of the question: another endpoint may know (EIP-1474, JSON-RPC 2.0). */
const ENDPOINT_ERRORS = new Set([-32_601, -32_603, -32_002, -32_004, -32_005, -32_006]);
const MAX_BYTES = 33_554_432;

/** Why an endpoint could not be used. */
export type EndpointFault = "UNREACHABLE" | "TIMEOUT" | "BAD_ANSWER" | "REFUSED" | "WRONG_CHAIN";

/** The endpoint is to blame, so that another may be asked. */
export class EndpointError extends Error {
  override readonly name = "EndpointError";
  readonly fault: EndpointFault;

  constructor(fault: EndpointFault, detail: string) {
    super(`${fault}: ${detail}`);
    this.fault = fault;
  }
}

/**
 * One JSON-RPC 2.0 call over HTTP.
 * @throws EndpointError when the endpoint is to blame; Failure `RPC_ERROR` (not retryable, with the node's `code`,
 * `message` and `data`) when the node answers that the question is.
 */
export async function callJsonRpc(
  url: string,
  question: { readonly method: string; readonly params: readonly JsonValue[] },
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<JsonValue> {
  const body = { jsonrpc: "2.0", id: 1, ...question };
  const limits = { timeoutMs, maxBytes: MAX_BYTES, ...(signal === undefined ? {} : { signal }) };
  const { status, body: answer } = await fetchJson(url, { method: "POST", body, ...limits }).catch(blameEndpoint);
  const reply = replySchema.safeParse(answer);
  // A node may answer an error with another status than 200; what counts is whether it is JSON-RPC.
  if (!reply.success) throw new EndpointError(status === 200 ? "BAD_ANSWER" : "REFUSED", `HTTP status ${status}`);
  if ("result" in reply.data) return reply.data.result;
  const { code, message, data } = reply.data.error;
  if (status === 429 || ENDPOINT_ERRORS.has(code)) throw new EndpointError("REFUSED", `${code} ${message}`);
  throw new Failure("RPC_ERROR", { retryable: false, details: { code, message, data, method: question.method } });
}

// The address may hold a key of the provider, so nothing of it is passed on.
function blameEndpoint(error: unknown): never {
  const code = error instanceof Failure ? error.code : "HTTP_UNREACHABLE";
  if (code === "HTTP_TIMEOUT") throw new EndpointError("TIMEOUT", "no answer in time");
  throw code === "HTTP_BAD_ANSWER"
    ? new EndpointError("BAD_ANSWER", "not JSON, or too large")
    : new EndpointError("UNREACHABLE", "no connection");
}
