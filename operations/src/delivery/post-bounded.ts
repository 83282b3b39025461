import { Failure } from "@assay/primitives/failure";

export interface PostRequest {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface PostReply {
  readonly status: number;
  /** The beginning of the answer, at most 16 KiB. */
  readonly text: string;
  /** What `Retry-After` asks for. */
  readonly retryAfterMs: number | undefined;
}

const LARGEST_REPLY_BYTES = 16 * 1024;

/**
 * POSTs JSON to a target that may be slow, endless or lying: never longer than `timeoutMs` from connect to the last byte
 * that is read, never more than 16 KiB of it, no redirects. Any status is an answer.
 * @throws Failure `TARGET_UNREACHABLE` (retryable).
 */
export async function postBounded(url: string, { body, headers, timeoutMs }: PostRequest): Promise<PostReply> {
  try {
    const response = await fetch(url, {
      method: "POST",
      // Where a redirect leads nobody has looked at.
      redirect: "manual",
      headers: { "content-type": "application/json", ...headers },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const retryAfterMs = retryAfter(response.headers.get("retry-after"));
    return { status: response.status, text: await beginning(response), retryAfterMs };
  } catch (cause) {
    throw new Failure("TARGET_UNREACHABLE", { retryable: true, cause });
  }
}

async function beginning(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop cancels the body and with it the connection.
    if (size >= LARGEST_REPLY_BYTES) break;
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, LARGEST_REPLY_BYTES));
}

/** Seconds only: a date would need both clocks to agree. */
function retryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
