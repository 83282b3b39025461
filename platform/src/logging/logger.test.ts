import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "@assay/primitives/failure";
import { Secret } from "../config/secret.ts";
import { captureLogger } from "./capture-logger.ts";
import { createSplitLogger } from "./logger.ts";
import { redact, redactText } from "./redact.ts";

function twoOutputs() {
  const out: string[] = [];
  const err: string[] = [];
  const outputs = {
    out: { write: (line: string) => out.push(line) },
    err: { write: (line: string) => err.push(line) },
  };
  return { out, err, outputs };
}

test("warnings and errors go to standard error, the rest to standard output", () => {
  const { out, err, outputs } = twoOutputs();
  const logger = createSplitLogger({ service: "s", level: "debug" }, outputs);
  logger.debug({}, "a");
  logger.info({}, "b");
  logger.warn({}, "c");
  logger.error({}, "d");
  deepEqual([out.length, err.length], [2, 2]);
});

test("a line is JSON with level, time, service and the fields", () => {
  const { lines, logger } = captureLogger("coinhubx-backend");
  logger.child({ request_id: "r1" }).info({ duration_ms: 12, amount: 5n }, "Done");
  const { level, message, service, request_id, duration_ms, amount, time } = lines[0]!;
  deepEqual(
    [level, message, service, request_id, duration_ms, amount],
    ["info", "Done", "coinhubx-backend", "r1", 12, "5"],
  );
  match(String(time), /^\d{4}-\d{2}-\d{2}T.*Z$/);
});

test("text with newlines and control characters cannot forge a line", () => {
  const { out, outputs } = twoOutputs();
  createSplitLogger({ service: "s" }, outputs).info(
    { name: 'x"}\n{"level":"error","message":"forged"}\r\u001b[31m' },
    "login\nlevel=error",
  );
  equal(out.length, 1);
  equal(out[0]!.trimEnd().includes("\n"), false);
  equal(out[0]!.includes("\u001b"), false);
});

test("a level below the chosen one is not written", () => {
  const { out, outputs } = twoOutputs();
  createSplitLogger({ service: "s", level: "warn" }, outputs).info({}, "quiet");
  equal(out.length, 0);
});

test("members named like a secret are redacted at any depth", () => {
  const kept = redact({
    password: "hunter2",
    user: { sessionToken: "t", totp: "123456", tokens_left: 3 },
    headers: { authorization: "Bearer abc", Cookie: "a=b" },
    secret: new Secret("x"),
    url: new Secret("postgres://a:b@c"),
  });
  deepEqual(kept, {
    password: "[redacted]",
    user: { sessionToken: "[redacted]", totp: "[redacted]", tokens_left: 3 },
    headers: { authorization: "[redacted]", Cookie: "[redacted]" },
    secret: "[redacted]",
    url: "[secret]",
  });
});

test("credentials inside texts are redacted", () => {
  equal(redactText("connect postgres://app:hunter2@db:5432/x"), "connect postgres://app:[redacted]@db:5432/x");
  equal(redactText("sent Bearer abcdefghij.klm"), "sent Bearer [redacted]");
  equal(redactText("key chx_1a2b_0123456789abcdef"), "key chx_1a2b_[redacted]");
  equal(redactText("eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln now"), "[redacted] now");
  equal(redactText("nothing to hide"), "nothing to hide");
});

test("an error is written with its code, details and causes, redacted", () => {
  const { lines, logger } = captureLogger();
  const cause = new Error("login as app:pw failed: postgres://app:pw@db/x");
  logger.error(
    { error: new Failure("DATABASE_UNAVAILABLE", { retryable: true, cause, details: { password: "pw" } }) },
    "x",
  );
  const error = lines[0]!.error as Record<string, unknown>;
  equal(error.code, "DATABASE_UNAVAILABLE");
  deepEqual(error.details, { password: "[redacted]" });
  match(String((error.cause as Record<string, unknown>).message), /app:\[redacted\]@db/);
});

test("depth, breadth and length of what is written are bounded", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  equal(JSON.stringify(redact(circular)).length < 200, true);
  equal((redact({ many: Array(10_000).fill(1) }).many as unknown[]).length, 200);
  equal(redactText("x".repeat(100_000)).length, 16_385);
});
