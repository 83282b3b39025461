import { z } from "zod";

/** RFC 9457 as our servers write it. */
const problemSchema = z.object({
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string().optional(),
  request_id: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type ProblemDetails = z.infer<typeof problemSchema>;

/** A refusal or failure that the server answered, or that it did not answer (`UNREACHABLE`, status 0). */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail ?? details.title);
    this.details = details;
  }

  get code(): string {
    return this.details.code;
  }
}

export interface RequestOptions<T> {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a good answer looks like; an answer that does not is a Problem `UNEXPECTED_ANSWER`. */
  readonly schema: z.ZodType<T>;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 20_000;

/** Calls the server that served this page. @throws Problem */
export async function request<T>(path: string, options: RequestOptions<T>): Promise<T> {
  const response = await send(path, options);
  const text = await response.text();
  if (!response.ok) throw new Problem(readProblem(response.status, text));
  const parsed = options.schema.safeParse(text === "" ? undefined : parseJson(text));
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new Problem({
    title: "The server's answer was not understood",
    status: response.status,
    code: "UNEXPECTED_ANSWER",
    detail: `${path}: ${first?.path.join(".") ?? ""} ${first?.message ?? ""}`.trim(),
  });
}

async function send<T>(path: string, options: RequestOptions<T>): Promise<Response> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(path, {
      method: options.method ?? "GET",
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...(options.body === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem({
      title: "The server does not answer",
      status: 0,
      code: "UNREACHABLE",
      detail: "The server does not answer. Nothing is known about what happened; look again before repeating.",
    });
  }
}

function readProblem(status: number, text: string): ProblemDetails {
  const parsed = problemSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : { title: `The server answered ${status}`, status, code: `HTTP_${status}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A new key for `Idempotency-Key`: the same press of a button is the same request, however often it is sent. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
