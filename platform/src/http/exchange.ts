import type { IncomingMessage, ServerResponse } from "node:http";
import type { Problem } from "./problem.ts";

/** Why a handler should stop: nobody waits for its answer any more, or it waited long enough. */
export type AbortCause = "client-gone" | "timed-out" | "shutting-down";

export class RequestAborted extends Error {
  override readonly name = "RequestAborted";
  readonly causeOfAbort: AbortCause;

  constructor(causeOfAbort: AbortCause) {
    super(`the request was aborted: ${causeOfAbort}`);
    this.causeOfAbort = causeOfAbort;
  }
}

const REQUEST_ID = /^[\w.-]{8,128}$/;

/** One request on its way to its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly path: string;
  readonly startedMs: number;
  readonly #controller = new AbortController();
  remoteAddress = "";
  /** The path of the route; `undefined` until one is found. */
  route: string | undefined;
  principal: unknown;
  userId: string | undefined;
  problem: Problem | undefined;
  error: unknown;
  deadlineMs = Number.POSITIVE_INFINITY;
  isSlow = false;
  isStream = false;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    start: { readonly startedMs: number; readonly nextRequestId: () => string },
  ) {
    this.request = request;
    this.response = response;
    this.startedMs = start.startedMs;
    const sentId = request.headers["x-request-id"];
    // A caller's own id joins its log with ours; anything else than a plain word could forge one.
    this.requestId = typeof sentId === "string" && REQUEST_ID.test(sentId) ? sentId : start.nextRequestId();
    const url = request.url ?? "/";
    const query = url.indexOf("?");
    this.path = query === -1 ? url : url.slice(0, query);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(cause: AbortCause): void {
    if (!this.signal.aborted) this.#controller.abort(new RequestAborted(cause));
  }

  /** Rejects with {@link RequestAborted} when the exchange is aborted. */
  whenAborted(): Promise<never> {
    const { signal } = this;
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }
}
