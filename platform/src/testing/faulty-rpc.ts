import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { assert } from "@assay/primitives/assert";
import type { JsonObject, JsonValue } from "@assay/primitives/json";
import { systemClock } from "../clock/clock.ts";
import { fetchJson } from "../http/http-client.ts";

/**
 * How the proxy treats what passes: `hang` never answers; `refuse` says 429; `garbage` is no JSON; `wrong-chain` names
 * another chain; `stale` shows the head of when it began; `ahead` invents blocks; a number delays by that many ms.
 */
export type RpcFault = "none" | "hang" | "hang-up" | "refuse" | "garbage" | "wrong-chain" | "stale" | "ahead" | number;

/** A JSON-RPC endpoint on loopback that passes questions on to a real node and can be made faulty. */
export interface FaultyRpc extends AsyncDisposable {
  readonly url: string;
  /** How often a method was asked. */
  asked(method: string): number;
  become(fault: RpcFault): Promise<void>;
}

const INVENTED_BLOCKS = 1_000_000;

export async function startFaultyRpc(target: string): Promise<FaultyRpc> {
  const asked = new Map<string, number>();
  let fault: RpcFault = "none";
  let staleHead: JsonValue = null;
  const pass = async (question: JsonObject): Promise<JsonObject> =>
    (await fetchJson(target, { method: "POST", body: question })).body as JsonObject;

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const question = JSON.parse(Buffer.concat(chunks).toString()) as JsonObject;
    const method = String(question.method);
    asked.set(method, (asked.get(method) ?? 0) + 1);
    if (fault === "hang") return;
    if (fault === "hang-up") return void request.socket.destroy();
    if (fault === "refuse") return void response.writeHead(429).end();
    if (fault === "garbage") return void response.writeHead(200, { "content-type": "application/json" }).end("<html>");
    if (typeof fault === "number") await systemClock.sleep(fault);
    send(response, distort(await pass(question), { method, fault, staleHead }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null, "a TCP server has an address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked: (method) => asked.get(method) ?? 0,
    become: async (next) => {
      const question = { jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: ["latest", false] };
      if (next === "stale") staleHead = (await pass(question)).result ?? null;
      fault = next;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function distort(
  answer: JsonObject,
  { method, fault, staleHead }: { readonly method: string; readonly fault: RpcFault; readonly staleHead: JsonValue },
): JsonObject {
  if (method === "eth_chainId" && fault === "wrong-chain") return { ...answer, result: "0x1" };
  if (method !== "eth_getBlockByNumber") return answer;
  if (fault === "stale") return { ...answer, result: staleHead };
  if (fault !== "ahead") return answer;
  const block = answer.result as JsonObject;
  return { ...answer, result: { ...block, number: `0x${(Number(block.number) + INVENTED_BLOCKS).toString(16)}` } };
}

function send(response: ServerResponse, answer: JsonObject): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
}
