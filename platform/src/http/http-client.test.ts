import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { startHttpReceiver } from "../testing/http-receiver.ts";
import { startTestHttpServer } from "../testing/test-http-server.ts";
import { expiredCookie, readCookie, sessionCookie } from "./cookies.ts";
import { fetchJson, fetchText } from "./http-client.ts";
import { answerText, mediaReply, route } from "./route.ts";

function sending(
  text: string,
  contentType: string,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
) {
  return route({
    method: "GET",
    path: "/",
    summary: "Sends.",
    access: "open",
    replies: { [status]: mediaReply(contentType) },
    handle: async () => answerText(status, text, { contentType, headers }),
  });
}

test("a body goes out as JSON with its token, and any status is an answer", async () => {
  await using receiver = await startHttpReceiver();
  receiver.answer(409);
  const reply = await fetchJson(`${receiver.url}/x`, { method: "POST", body: { a: "é" }, token: "t0ken" });
  deepEqual([reply.status, reply.body], [409, undefined]);
  const [request] = receiver.requests;
  deepEqual(
    [request?.json, request?.headers.authorization, request?.headers["content-type"]],
    [{ a: "é" }, "Bearer t0ken", "application/json"],
  );
});

test("an answer larger than allowed is a failure, with or without a length", async () => {
  await using server = await startTestHttpServer([sending("x".repeat(2_000), "text/plain")]);
  await rejects(fetchText(server.url, { maxBytes: 1_999 }), { code: "HTTP_BAD_ANSWER", retryable: false });
  equal((await fetchText(server.url, { maxBytes: 2_000 })).body.length, 2_000);
});

test("an answer that claims to be JSON and is not is a failure", async () => {
  await using server = await startTestHttpServer([sending("{nope", "application/json")]);
  await rejects(fetchJson(server.url), { code: "HTTP_BAD_ANSWER" });
});

test("a redirect is not followed, so a token never travels", async () => {
  await using receiver = await startHttpReceiver();
  await using server = await startTestHttpServer([
    sending("", "text/plain", { status: 302, headers: { location: receiver.url } }),
  ]);
  equal((await fetchText(server.url, { token: "t0ken" })).status, 302);
  equal(receiver.requests.length, 0);
});

test("a service that is away is a retryable failure that names it without its query", async () => {
  await rejects(fetchJson("http://127.0.0.1:1/api?key=hidden"), (error: unknown) => {
    const { code, retryable, details } = error as { code: string; retryable: boolean; details: object };
    deepEqual([code, retryable], ["HTTP_UNREACHABLE", true]);
    return !JSON.stringify(details).includes("hidden");
  });
});

test("a session cookie is out of reach of scripts and of other sites, and can be removed", () => {
  const cookie = sessionCookie("assay_session", "ses_abc", { maxAgeS: 3_600, secure: true });
  equal(cookie, "assay_session=ses_abc; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure");
  equal(readCookie("a=1; assay_session=ses_abc; b=2", "assay_session"), "ses_abc");
  equal(readCookie("xassay_session=1", "assay_session"), undefined);
  equal(readCookie(undefined, "assay_session"), undefined);
  equal(
    expiredCookie("assay_session", { secure: false }),
    "assay_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
  );
});
