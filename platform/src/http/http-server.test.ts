import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "@assay/primitives/failure";
import { accept, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { startTestHttpServer } from "../testing/test-http-server.ts";
import { fetchJson, fetchText } from "./http-client.ts";
import { type Access, answer, answerText, mediaReply, route } from "./route.ts";

interface User {
  readonly name: string;
  readonly role: "reader" | "writer";
}

const writer: Access<User, User> = {
  check: (user) => {
    if (user === undefined) return refuse({ code: "UNAUTHENTICATED" });
    return user.role === "writer" ? accept(user) : refuse({ code: "FORBIDDEN" });
  },
};

const getItem = route({
  method: "GET",
  path: "/api/items/:id",
  summary: "One item.",
  access: "open",
  params: z.strictObject({ id: z.string().regex(/^\d+$/) }),
  query: z.strictObject({ limit: z.coerce.number().int().max(500).default(50) }),
  replies: { 200: z.object({ id: z.string(), limit: z.number() }) },
  handle: async ({ params, query }) => answer(200, { id: params.id, limit: query.limit }),
});

const postOrder = route({
  method: "POST",
  path: "/api/orders",
  summary: "Places an order.",
  access: writer,
  body: z.strictObject({ amount: z.string().regex(/^\d+$/), note: z.string().optional() }),
  replies: { 201: z.object({ by: z.string(), amount: z.string() }) },
  refusals: { INSUFFICIENT_FUNDS: 409, TRADING_DISABLED: 503 },
  handle: async ({ principal, body }) => {
    if (body.amount === "0") return refuse({ code: "TRADING_DISABLED", retryAfterS: 60 });
    if (Number(body.amount) > 100)
      return refuse({ code: "INSUFFICIENT_FUNDS", detail: "Too little.", members: { available: "100" } });
    return answer(201, { by: principal.name, amount: body.amount, internal: "not declared" });
  },
});

function fails(path: `/${string}`, error: unknown) {
  return route({
    method: "GET",
    path,
    summary: "Fails.",
    access: "open",
    replies: { 200: z.null() },
    handle: () => Promise.reject(error),
  });
}

const USERS: Readonly<Record<string, User>> = {
  "Bearer alice": { name: "alice", role: "writer" },
  "Bearer bob": { name: "bob", role: "reader" },
};

const withUsers = {
  authenticate: async ({ headers }: { headers: { authorization?: string | undefined } }) => {
    if (headers.authorization === undefined) return accept(undefined);
    const user = USERS[headers.authorization];
    return user === undefined ? refuse({ code: "UNAUTHENTICATED" as const }) : accept(user);
  },
  identityOf: (user: User) => user.name,
};

test("a route answers what its schemas declare, and nothing more", async () => {
  await using server = await startTestHttpServer([getItem, postOrder], withUsers);
  const item = await fetchJson(`${server.url}/api/items/7?limit=3`);
  deepEqual([item.status, item.body], [200, { id: "7", limit: 3 }]);
  const order = await fetchJson(`${server.url}/api/orders`, { method: "POST", token: "alice", body: { amount: "5" } });
  deepEqual([order.status, order.body], [201, { by: "alice", amount: "5" }]);
});

test("every answer carries security headers, a request id and its time", async () => {
  await using server = await startTestHttpServer([getItem]);
  for (const path of ["/api/items/7", "/api/items/x", "/nowhere", "/%zz"]) {
    const { headers } = await fetchText(`${server.url}${path}`);
    match(headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
    equal(headers.get("x-content-type-options"), "nosniff", path);
    if (path === "/%zz") continue;
    match(headers.get("x-request-id") ?? "", /^req_[0-9a-f]{24}$/, path);
    match(headers.get("x-response-time") ?? "", /^\d+\.\dms$/, path);
    equal(headers.get("cache-control"), "no-store", path);
  }
});

test("a caller's request id is kept when it is a plain word, and replaced otherwise", async () => {
  await using server = await startTestHttpServer([getItem]);
  const idFor = async (id: string) =>
    (await fetchText(`${server.url}/api/items/7`, { headers: { "x-request-id": id } })).headers.get("x-request-id");
  equal(await idFor("caller-0001"), "caller-0001");
  match((await idFor('x"} forged line')) ?? "", /^req_/);
});

test("bad input is refused with the name of every wrong field", async () => {
  await using server = await startTestHttpServer([getItem, postOrder], withUsers);
  const bad = await fetchJson(`${server.url}/api/orders`, {
    method: "POST",
    token: "alice",
    body: { amount: 5, extra: true, __proto: 1 },
  });
  equal(bad.status, 400);
  const problem = bad.body as { code: string; errors: { path: string }[]; title: string; instance: string };
  equal(problem.code, "INVALID_INPUT");
  equal(problem.title, "Invalid input");
  equal(problem.instance, "/api/orders");
  deepEqual(problem.errors.map(({ path }) => path).sort(), ["body.__proto", "body.amount", "body.extra"]);
  const query = (await fetchJson(`${server.url}/api/items/7?limit=501&x=1`)).body as typeof problem;
  deepEqual(query.errors.map(({ path }) => path).sort(), ["query.limit", "query.x"]);
  const params = (await fetchJson(`${server.url}/api/items/abc`)).body as typeof problem;
  deepEqual(
    params.errors.map(({ path }) => path),
    ["params.id"],
  );
});

test("a body that is not JSON, not UTF-8, too large or of another type is refused and never handled", async () => {
  await using server = await startTestHttpServer([postOrder], withUsers);
  const post = (body: Uint8Array, type = "application/json") =>
    fetchJson(`${server.url}/api/orders`, { method: "POST", token: "alice", body, headers: { "content-type": type } });
  const codeOf = async (reply: Promise<{ status: number; body: unknown }>) => {
    const { status, body } = await reply;
    return [status, (body as { code: string }).code];
  };
  deepEqual(await codeOf(post(Buffer.from("{nope"))), [400, "INVALID_INPUT"]);
  deepEqual(await codeOf(post(Buffer.from([0x22, 0xff, 0x22]))), [400, "INVALID_INPUT"]);
  deepEqual(await codeOf(post(Buffer.from('{"amount":"1","__proto__":{}}'))), [400, "INVALID_INPUT"]);
  deepEqual(await codeOf(post(Buffer.from('{"amount":"1","\\u005f_proto__":{}}'))), [400, "INVALID_INPUT"]);
  deepEqual(await codeOf(post(Buffer.from("a=1"), "text/plain")), [415, "UNSUPPORTED_MEDIA_TYPE"]);
  deepEqual(await codeOf(post(Buffer.alloc(65_537, 32))), [413, "BODY_TOO_LARGE"]);
});

test("authentication and access are decided before the body is read", async () => {
  await using server = await startTestHttpServer([postOrder], withUsers);
  const post = (token?: string) =>
    fetchJson(`${server.url}/api/orders`, {
      method: "POST",
      body: { nonsense: 1 },
      ...(token === undefined ? {} : { token }),
    });
  deepEqual([(await post()).status, (await post("forged")).status, (await post("bob")).status], [401, 401, 403]);
  equal((await post()).headers.get("www-authenticate"), "Bearer");
  equal((await post("alice")).status, 400);
});

test("a write sent by a page of another site is refused", async () => {
  await using server = await startTestHttpServer([postOrder], withUsers);
  const headers = { "sec-fetch-site": "cross-site" };
  const reply = await fetchJson(`${server.url}/api/orders`, {
    method: "POST",
    token: "alice",
    body: { amount: "1" },
    headers,
  });
  deepEqual([reply.status, (reply.body as { code: string }).code], [403, "CROSS_SITE_REQUEST"]);
});

test("a refusal has the status its route declares and tells only what it is meant to tell", async () => {
  await using server = await startTestHttpServer([postOrder], withUsers);
  const post = (amount: string) =>
    fetchJson(`${server.url}/api/orders`, { method: "POST", token: "alice", body: { amount } });
  const short = await post("101");
  equal(short.status, 409);
  match(short.headers.get("content-type") ?? "", /^application\/problem\+json/);
  const { request_id, ...problem } = short.body as Record<string, unknown>;
  match(String(request_id), /^req_/);
  deepEqual(problem, {
    type: "urn:assay:problem:insufficient-funds",
    title: "Insufficient funds",
    status: 409,
    code: "INSUFFICIENT_FUNDS",
    detail: "Too little.",
    instance: "/api/orders",
    available: "100",
  });
  const closed = await post("0");
  deepEqual([closed.status, closed.headers.get("retry-after")], [503, "60"]);
  const text = await server.metrics.text();
  match(text, /^http_refusals_total\{code="TRADING_DISABLED"\} 1$/m);
  match(text, /^http_errors_total 0$/m);
});

test("a retryable failure is 503 with Retry-After, an unknown outcome 504, anything else 500 without its inside", async () => {
  const errors: unknown[] = [];
  await using server = await startTestHttpServer(
    [
      fails("/down", new Failure("DATABASE_UNAVAILABLE", { retryable: true })),
      fails("/unknown", new Failure("OUTCOME_UNKNOWN", { retryable: false })),
      fails("/bug", new Error("inner workings")),
    ],
    { onError: (error, place) => errors.push([error, place.endpoint, place.status]) },
  );
  const down = await fetchJson(`${server.url}/down`);
  deepEqual(
    [down.status, down.headers.get("retry-after"), (down.body as { code: string }).code],
    [503, "1", "DATABASE_UNAVAILABLE"],
  );
  equal((await fetchJson(`${server.url}/unknown`)).status, 504);
  const bug = await fetchText(`${server.url}/bug`);
  deepEqual([bug.status, bug.body.includes("inner")], [500, false]);
  match(await server.metrics.text(), /^http_errors_total 3$/m);
  equal(errors.length, 3);
  const logged = server.lines.filter(({ level }) => level === "error");
  deepEqual(
    logged.map(({ status }) => status),
    [503, 504, 500],
  );
});

test("an answer that does not fit its schema is a failure of ours", async () => {
  const broken = route({
    method: "GET",
    path: "/broken",
    summary: "Broken.",
    access: "open",
    replies: { 200: z.object({ count: z.number() }) },
    handle: async () => answer(200, { count: "three" as unknown as number }),
  });
  await using server = await startTestHttpServer([broken]);
  equal((await fetchJson(`${server.url}/broken`)).status, 500);
});

test("what no route answers is 404, and another method on a known path 405 with Allow", async () => {
  await using server = await startTestHttpServer([getItem]);
  equal((await fetchJson(`${server.url}/api/nothing`)).status, 404);
  const wrong = await fetchJson(`${server.url}/api/items/7`, { method: "DELETE" });
  deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET"]);
});

test("text answers keep their type", async () => {
  const text = route({
    method: "GET",
    path: "/text",
    summary: "Text.",
    access: "open",
    replies: { 200: mediaReply("text/markdown") },
    handle: async () => answerText(200, "# Hello", "text/markdown; charset=utf-8"),
  });
  await using server = await startTestHttpServer([text]);
  const { headers, body } = await fetchText(`${server.url}/text`);
  deepEqual([headers.get("content-type"), body], ["text/markdown; charset=utf-8", "# Hello"]);
});

test("requests are counted by route and status class, and their time is measured", async () => {
  await using server = await startTestHttpServer([getItem]);
  match(
    await server.metrics.text(),
    /^http_requests_total\{method="GET",route="\/api\/items\/:id",status_class="5xx"\} 0$/m,
  );
  await fetchJson(`${server.url}/api/items/7`);
  await fetchJson(`${server.url}/api/items/x`);
  const text = await server.metrics.text();
  match(text, /^http_requests_total\{method="GET",route="\/api\/items\/:id",status_class="2xx"\} 1$/m);
  match(text, /^http_requests_total\{method="GET",route="\/api\/items\/:id",status_class="4xx"\} 1$/m);
  match(text, /^http_request_duration_ms_count 2$/m);
  match(text, /^http_request_duration_ms_p99 [0-9.]+$/m);
});

test("the API description names every route, its input and its refusals", async () => {
  await using server = await startTestHttpServer([getItem, postOrder], withUsers);
  const { body } = await fetchJson(`${server.url}/api/openapi.json`);
  deepEqual(body, server.openApi());
  const api = body as { openapi: string; paths: Record<string, Record<string, Record<string, unknown>>> };
  equal(api.openapi, "3.1.0");
  const order = api.paths["/api/orders"]!.post!;
  ok("409" in (order.responses as object) && "503" in (order.responses as object));
  const item = api.paths["/api/items/{id}"]!.get!;
  deepEqual(
    (item.parameters as { name: string; in: string; required: boolean }[]).map(({ name, in: place, required }) => [
      name,
      place,
      required,
    ]),
    [
      ["id", "path", true],
      ["limit", "query", false],
    ],
  );
});

test("a port in use is a failure that names it", async () => {
  await using server = await startTestHttpServer([getItem]);
  await rejects(startTestHttpServer([getItem], { port: server.port }), { code: "PORT_IN_USE" });
});

test("a server listens on loopback unless it is told otherwise", async () => {
  await using server = await startTestHttpServer([getItem]);
  equal(server.url, `http://127.0.0.1:${server.port}`);
});
