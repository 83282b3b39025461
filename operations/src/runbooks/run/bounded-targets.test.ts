import { equal, match, ok } from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type Clock, systemClock } from "@assay/platform/clock/clock";
import { addMs } from "@assay/primitives/instant";
import type { Expected } from "../expect/expectation.ts";
import { executeHttp } from "./execute-http.ts";
import { type Judgement, judge, verdictOf, withImplied } from "./judge.ts";
import { MAX_OUTPUT_BYTES, type Output } from "./output.ts";
import { createRedactor } from "./redact.ts";
import { startRunFixture } from "./run-fixture.ts";

const JSON_TYPE = { "content-type": "application/json" };
const BIG = "x".repeat(MAX_OUTPUT_BYTES + 1);

/** Each way in which a target may behave, by its path. */
const BEHAVIOURS: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  "/says-nothing": () => undefined,
  "/never-ends": (response) => {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(" "), 20);
    response.once("close", () => clearInterval(timer));
  },
  "/floods": (response) => {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(BIG), 1);
    response.once("close", () => clearInterval(timer));
  },
  "/answers-too-much": (response) => response.writeHead(200, JSON_TYPE).end(`{"ok":true,"more":"${BIG}"}`),
  "/unpacks-too-much": (response) =>
    response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }).end(gzipSync(`{"ok":true,"a":"${BIG}"}`)),
  "/stops-halfway": (response) => {
    response.writeHead(200, { ...JSON_TYPE, "content-length": "500" }).write('{"ok":true}', () => response.destroy());
  },
  "/hangs-up": (_, request) => void request.socket.destroy(),
  "/lies-about-its-type": (response) => response.writeHead(200, JSON_TYPE).end("<html>All is well</html>"),
  "/answers-garbage": (response) => response.writeHead(200, JSON_TYPE).end(Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])),
  "/answers-without-a-body": (response) => response.writeHead(204).end(),
  "/points-elsewhere": (response) => response.writeHead(302, { location: "/answers-well" }).end(),
  "/answers-well": (response) => response.writeHead(200, JSON_TYPE).end('{"ok":true}'),
};

let url = "";
const server = createServer((request, response) => {
  response.on("error", () => undefined);
  BEHAVIOURS[request.url ?? ""]?.(response, request);
});
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const EXPECTED: readonly Expected[] = [{ subject: "json", name: "$.ok", matcher: { eq: true } }];

async function ask(address: string): Promise<{ output: Output; verdict: string }> {
  const block = { kind: "http", method: "GET", url: address, headers: {} } as const;
  const signal = new AbortController().signal;
  const output = await executeHttp({ block, token: "t", idempotencyKey: "k", timeoutMs: 400, signal });
  const all = withImplied(EXPECTED, output);
  const context = {
    ...{ system: "kiosk", view: {} as never, since: 0 as never, redact: createRedactor({ names: [] }) },
    values: { place: (name: string) => name, isAddress: () => false, resolve: (matcher: unknown) => matcher },
  } as Judgement;
  return { output, verdict: verdictOf(all, await judge(all, output, context), output) };
}

for (const [path, verdict, trouble] of [
  ["/says-nothing", "inconclusive", /^TIMEOUT/],
  ["/never-ends", "inconclusive", /^TIMEOUT/],
  ["/floods", "inconclusive", /^(TOO_LARGE|TIMEOUT)/],
  ["/answers-too-much", "inconclusive", /^TOO_LARGE/],
  ["/unpacks-too-much", "inconclusive", /^TOO_LARGE/],
  ["/stops-halfway", "inconclusive", /^(UNREACHABLE|TIMEOUT)/],
  ["/hangs-up", "inconclusive", /^UNREACHABLE/],
  ["/lies-about-its-type", "inconclusive", undefined],
  ["/answers-garbage", "inconclusive", undefined],
  ["/answers-without-a-body", "inconclusive", undefined],
  ["/points-elsewhere", "failed", undefined],
  ["/answers-well", "passed", undefined],
] as const) {
  test(`a target that ${path.slice(1).replaceAll("-", " ")} leaves a step ${verdict}`, async () => {
    const started = performance.now();
    const { output, verdict: told } = await ask(url + path);
    equal(told, verdict, JSON.stringify(output).slice(0, 300));
    if (trouble !== undefined) match(output.trouble ?? "", trouble);
    ok((output.text ?? "").length <= MAX_OUTPUT_BYTES);
    ok(performance.now() - started < 10_000);
  });
}

test("a name that nobody knows, and a port where nobody is, are inconclusive", async () => {
  for (const address of ["http://kiosk.invalid/", "http://127.0.0.1:9/"]) {
    const { output, verdict } = await ask(address);
    equal(verdict, "inconclusive");
    match(output.trouble ?? "", /^(UNREACHABLE|TIMEOUT)/);
  }
});

test("a clock that jumps by a day neither ends a wait early nor makes it longer", async () => {
  let calls = 0;
  const jumping: Clock = { ...systemClock, now: () => addMs(systemClock.now(), (calls++ % 3) * 86_400_000) };
  const steps = `## 1. Wait
\`\`\`http { name=wait effect=read timeout=1s }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
within: 20s
json: { $.line: 0 }
\`\`\`
`;
  await using plane = await startRunFixture(steps, { clock: jumping });
  let line = 5;
  plane.kiosk.answers.set("GET /api/tills/1", () => ({ status: 200, body: { line: --line } }));
  const run = await plane.run();
  equal(run.verdict, "passed");
});
