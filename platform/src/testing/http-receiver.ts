import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { assert } from "@assay/primitives/assert";
import { Arrivals } from "./arrivals.ts";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: Uint8Array;
  /** The body read as JSON; `undefined` when it is not. */
  readonly json: unknown;
}

/** A real HTTP server on loopback that takes everything and remembers it. */
export interface HttpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** The first that matches, already here or still to come; default within 5 s. */
  waitForRequest(matches?: (request: ReceivedRequest) => boolean, timeoutMs?: number): Promise<ReceivedRequest>;
  /** Answers with this status from now on; first 200. `hang` never answers, `hang-up` closes the connection. */
  answer(status: number | "hang" | "hang-up"): void;
}

export async function startHttpReceiver(): Promise<HttpReceiver> {
  const arrivals = new Arrivals<ReceivedRequest>();
  let behaviour: number | "hang" | "hang-up" = 200;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => undefined);
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const rawBody = Buffer.concat(chunks);
    arrivals.add({
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      rawBody,
      json: parse(rawBody.toString("utf8")),
    });
    if (behaviour === "hang-up") request.socket.destroy();
    else if (behaviour !== "hang") response.writeHead(behaviour).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null, "a TCP server has an address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: arrivals.all,
    waitForRequest: (matches, timeoutMs) => arrivals.wait(matches, timeoutMs),
    answer: (next) => {
      behaviour = next;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
