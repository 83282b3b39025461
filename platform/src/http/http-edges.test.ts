import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { accept, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { systemClock } from "../clock/clock.ts";
import { startTestHttpServer } from "../testing/test-http-server.ts";
import type { RateLimits } from "./admission.ts";
import { fetchJson, fetchText } from "./http-client.ts";
import { type Access, answer, answerStream, EVENT_STREAM, type Route, route, type ServerSentEvent } from "./route.ts";

const ping = route({
  method: "GET",
  path: "/ping",
  summary: "Answers.",
  access: "open",
  replies: { 200: z.object({ from: z.string() }) },
  handle: async ({ remoteAddress }) => answer(200, { from: remoteAddress }),
});

/** A route that answers when its test says so, or not at all. */
function waitingRoute(method: "GET" | "POST", timeoutMs = 30_000) {
  const begun = Promise.withResolvers<AbortSignal>();
  const finish = Promise.withResolvers<void>();
  const declared = route({
    method,
    path: "/wait",
    summary: "Waits.",
    access: "open",
    timeoutMs,
    replies: { 200: z.object({ done: z.boolean() }) },
    handle: async ({ signal }) => {
      begun.resolve(signal);
      await finish.promise;
      return answer(200, { done: true });
    },
  });
  return { declared, begun: begun.promise, finish: () => finish.resolve() };
}

async function* ticking(signal: AbortSignal, onEnd: () => void): AsyncGenerator<ServerSentEvent> {
  try {
    for (let count = 1; !signal.aborted; count += 1) {
      yield { event: "tick", data: { count, text: "a\nb" }, id: String(count) };
      await systemClock.sleep(5, { signal });
    }
  } finally {
    onEnd();
  }
}

function tickingRoute(onEnd: () => void) {
  return route({
    method: "GET",
    path: "/ticks",
    summary: "Ticks.",
    access: "open",
    replies: { 200: EVENT_STREAM },
    handle: async ({ signal }) => answerStream(ticking(signal, onEnd)),
  });
}

/** What a server says to bytes that no HTTP client would send. */
async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  socket.on("error", () => undefined);
  socket.write(bytes);
  await once(socket, "close");
  return said;
}

test("a handler that takes too long is answered for: a read with 503, a write with an unknown outcome", async () => {
  for (const [method, status, code] of [
    ["GET", 503, "TIMED_OUT"],
    ["POST", 504, "OUTCOME_UNKNOWN"],
  ] as const) {
    const slow = waitingRoute(method, 20);
    await using server = await startTestHttpServer([slow.declared]);
    const reply = await fetchJson(`${server.url}/wait`, { method });
    deepEqual([reply.status, (reply.body as { code: string }).code], [status, code]);
    equal((await slow.begun).aborted, true);
    slow.finish();
  }
});

test("a client that leaves aborts its handler and is not an error", async () => {
  const slow = waitingRoute("GET");
  await using server = await startTestHttpServer([slow.declared]);
  const leave = new AbortController();
  const call = fetchJson(`${server.url}/wait`, { signal: leave.signal });
  const signal = await slow.begun;
  leave.abort();
  await rejects(call, { code: "HTTP_UNREACHABLE" });
  if (!signal.aborted) await once(signal, "abort");
  slow.finish();
  await fetchText(`${server.url}/nowhere`);
  const text = await server.metrics.text();
  match(text, /^http_errors_total 0$/m);
  match(text, /^http_requests_total\{method="GET",route="\/wait",status_class="4xx"\} 1$/m);
  equal(server.lines.filter(({ level }) => level === "error").length, 0);
});

test("a handler that fails after its request was aborted is logged, not lost", async () => {
  const fail = Promise.withResolvers<never>();
  const late = route({
    method: "GET",
    path: "/late",
    summary: "Fails late.",
    access: "open",
    timeoutMs: 10,
    replies: { 200: z.null() },
    handle: () => fail.promise,
  });
  await using server = await startTestHttpServer([late]);
  equal((await fetchJson(`${server.url}/late`)).status, 503);
  fail.reject(new Error("afterwards"));
  while (!server.lines.some(({ message }) => message.includes("after its request was aborted")))
    await new Promise((resolve) => setImmediate(resolve));
});

test("events arrive one by one as JSON lines, and the source is told when the client leaves", async () => {
  const ended = Promise.withResolvers<void>();
  await using server = await startTestHttpServer([tickingRoute(ended.resolve)]);
  const leave = new AbortController();
  const response = await fetch(`${server.url}/ticks`, { signal: leave.signal });
  match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  equal(response.headers.get("x-content-type-options"), "nosniff");
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("id: 3")) break;
  }
  leave.abort();
  ok(text.startsWith("retry: 2000\n\n"));
  match(text, /id: 1\nevent: tick\ndata: \{"count":1,"text":"a\\nb"\}\n\nid: 2\n/);
  await ended.promise;
});

test("closing ends event streams at once and lets a request under way finish", async () => {
  const ended = Promise.withResolvers<void>();
  const slow = waitingRoute("GET");
  const server = await startTestHttpServer([tickingRoute(ended.resolve), slow.declared]);
  const stream = await fetch(`${server.url}/ticks`);
  const reading = stream.text();
  const call = fetchJson(`${server.url}/wait`);
  await slow.begun;
  const closed = server[Symbol.asyncDispose]();
  await ended.promise;
  match(await reading, /event: tick/);
  slow.finish();
  equal((await call).status, 200);
  await closed;
  await rejects(fetchJson(`${server.url}/wait`), { code: "HTTP_UNREACHABLE" });
});

test("closing waits only so long for a request that does not end", async () => {
  const stuck = waitingRoute("POST");
  const server = await startTestHttpServer([stuck.declared], { drainMs: 20 });
  const call = fetchJson(`${server.url}/wait`, { method: "POST" });
  await stuck.begun;
  await server[Symbol.asyncDispose]();
  deepEqual([(await call).status, ((await call).body as { code: string }).code], [504, "OUTCOME_UNKNOWN"]);
  stuck.finish();
});

test("headers that are too large, and what is not HTTP, are answered and hung up on", async () => {
  await using server = await startTestHttpServer([ping]);
  const large = await sendRaw(server.port, `GET /ping HTTP/1.1\r\nHost: x\r\nX-Large: ${"a".repeat(20_000)}\r\n\r\n`);
  match(large, /^HTTP\/1\.1 431 /);
  match(large, /"code":"HEADERS_TOO_LARGE"/);
  match(large, /X-Content-Type-Options: nosniff/);
  match(await sendRaw(server.port, "garbage\r\n\r\n"), /^HTTP\/1\.1 400 [\s\S]*"code":"INVALID_INPUT"/);
});

test("a second length, a body that never comes and a bare line feed smuggle nothing", async () => {
  await using server = await startTestHttpServer([ping]);
  const two = "POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  match(await sendRaw(server.port, two), /^HTTP\/1\.1 400 /);
  match(await sendRaw(server.port, "GET /ping HTTP/1.1\nHost: x\n\n"), /^HTTP\/1\.1 400 /);
});

test("a client that is slow over its headers or its body is answered 408 and hung up on", async () => {
  const patience = { headersMs: 60, requestMs: 120 };
  const write = waitingRoute("POST");
  await using server = await startTestHttpServer([write.declared], { patience });
  match(await sendRaw(server.port, "GET /ping HTTP/1.1\r\nHost:"), /^HTTP\/1\.1 408 /);
  const body = "POST /wait HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
  match(await sendRaw(server.port, body), /^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST_TIMEOUT"/);
});

test("input that would drop unknown fields silently is not a route", () => {
  const declare = (body: z.ZodType) => () =>
    route({
      method: "POST",
      path: "/x",
      summary: "x",
      access: "open",
      body,
      replies: { 200: z.null() },
      handle: async () => answer(200, null),
    });
  throws(declare(z.object({ a: z.string() })), { name: "AssertionError" });
  throws(declare(z.union([z.strictObject({}), z.object({})]).optional()), { name: "AssertionError" });
  for (const good of [z.strictObject({}), z.looseObject({}), z.record(z.string(), z.string()), z.json()])
    declare(good)();
});

interface User {
  readonly name: string;
}
const anybody: Access<User, User> = {
  check: (user) => (user === undefined ? refuse({ code: "UNAUTHENTICATED" }) : accept(user)),
};
const whoAmI: Route<User> = route({
  method: "GET",
  path: "/me",
  summary: "Who calls.",
  access: anybody,
  replies: { 200: z.object({ name: z.string() }) },
  handle: async ({ principal }) => answer(200, { name: principal.name }),
});
const limits: RateLimits = {
  perIdentity: { default: { perSecond: 0.1, burst: 2 } },
  perAddress: { perSecond: 0.1, burst: 3 },
};
const withUsers = {
  authenticate: async ({ headers }: { headers: { authorization?: string | undefined } }) => {
    const name = headers.authorization?.slice("Bearer ".length);
    if (name === undefined) return accept(undefined);
    return name === "forged" ? refuse({ code: "UNAUTHENTICATED" as const }) : accept({ name });
  },
  identityOf: ({ name }: User) => name,
  rateLimits: limits,
};

test("each identity has its own rate, and is told when to come back; services of ours have none", async () => {
  const isUnlimited = ({ name }: User) => name === "plane";
  await using server = await startTestHttpServer([whoAmI], { ...withUsers, isUnlimited });
  const call = async (token: string) => await fetchJson(`${server.url}/me`, { token });
  const statuses = async (token: string, times: number) => {
    const seen: number[] = [];
    for (let time = 0; time < times; time += 1) seen.push((await call(token)).status);
    return seen;
  };
  deepEqual(await statuses("ann", 3), [200, 200, 429]);
  deepEqual(await statuses("bob", 1), [200]);
  deepEqual(await statuses("plane", 4), [200, 200, 200, 200]);
  const limited = await call("ann");
  equal((limited.body as { code: string }).code, "RATE_LIMITED");
  ok(Number(limited.headers.get("retry-after")) >= 1);
});

test("callers without an identity share the rate of their address, forged tokens included", async () => {
  await using server = await startTestHttpServer([whoAmI, ping as Route<User>], withUsers);
  equal((await fetchJson(`${server.url}/me`, { token: "forged" })).status, 401);
  equal((await fetchJson(`${server.url}/ping`)).status, 200);
  equal((await fetchJson(`${server.url}/nowhere`)).status, 404);
  for (const path of ["/ping", "/nowhere"]) equal((await fetchJson(`${server.url}${path}`)).status, 429, path);
  equal((await fetchJson(`${server.url}/me`, { token: "forged" })).status, 429);
  equal((await fetchJson(`${server.url}/me`, { token: "ann" })).status, 200);
});

test("a forwarded address is believed only from a trusted proxy", async () => {
  const addressSeen = async (trustedProxies: readonly string[]) => {
    await using server = await startTestHttpServer([ping], { trustedProxies });
    const headers = { "x-forwarded-for": "203.0.113.7" };
    return ((await fetchJson(`${server.url}/ping`, { headers })).body as { from: string }).from;
  };
  equal(await addressSeen([]), "127.0.0.1");
  equal(await addressSeen(["10.0.0.0/8"]), "127.0.0.1");
  equal(await addressSeen(["127.0.0.0/8"]), "203.0.113.7");
});

test("a slow request is named in the log without its query, and one that is slow by nature is not", async () => {
  const slow = (path: `/${string}`, isSlow: boolean) =>
    route({
      method: "GET",
      path,
      summary: "Slow.",
      access: "open",
      isSlow,
      query: z.strictObject({ email: z.string() }),
      replies: { 200: z.null() },
      handle: async () => {
        await systemClock.sleep(5);
        return answer(200, null);
      },
    });
  await using server = await startTestHttpServer([slow("/slow", false), slow("/backup", true)], { slowMs: 1 });
  await fetchJson(`${server.url}/slow?email=ann@example.com`);
  await fetchJson(`${server.url}/backup?email=ann@example.com`);
  const warnings = server.lines.filter(({ level }) => level === "warn");
  equal(warnings.length, 1);
  match(warnings[0]!.message, /^Slow request: GET \/slow - \d+ms$/);
  equal(JSON.stringify(server.lines).includes("ann@"), false);
});

test("a trace is passed on with a new span, and begun when there is none", async () => {
  const traced = route({
    method: "GET",
    path: "/trace",
    summary: "Trace.",
    access: "open",
    replies: { 200: z.object({ traceparent: z.string() }) },
    handle: async ({ traceparent }) => answer(200, { traceparent }),
  });
  await using server = await startTestHttpServer([traced]);
  const ask = async (headers: Record<string, string>) =>
    ((await fetchJson(`${server.url}/trace`, { headers })).body as { traceparent: string }).traceparent;
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const next = await ask({ traceparent: `00-${trace}-00f067aa0ba902b7-01` });
  match(next, new RegExp(`^00-${trace}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));
  match(await ask({ traceparent: "nonsense" }), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});
