import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { fetchText } from "@assay/platform/http/http-client";
import { utf8 } from "@assay/primitives/bytes";
import { planeSession } from "../plane/plane-session.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const TIMEOUT_MS = 65_000;
const MAX_BYTES = 256 * 2 ** 20;

export const command = defineCommand({
  name: "curl",
  usage: "<system> <path>",
  summary: "call a system's API in your name",
  details: `Calls a path of a system, or of the plane ("operations"), with a fresh token in your name, and prints the answer. The
token is never printed and goes to that system alone.`,
  examples: [
    ["assay curl coinhubx /api/errors | jq .summary", "read"],
    ["assay curl coinhubx /api/reconciliation/run -X POST", "do"],
    ["assay curl operations /api/incidents -i", "with status and headers"],
    ["assay curl coinhubx-worker /metrics --anonymous", "one process, without a token"],
  ],
  options: {
    request: { kind: "text", short: "X", value: "METHOD", summary: "the method (GET, or POST with a body)" },
    data: { kind: "text", short: "d", value: "JSON", summary: "the body; - reads it from standard input" },
    header: { kind: "list", short: "H", value: "'NAME: VALUE'", summary: "a header of your own; may be repeated" },
    include: { kind: "flag", short: "i", summary: "print status and headers too" },
    anonymous: { kind: "flag", summary: "send no token" },
  },
  words: { min: 2, max: 2 },
  exits: { 1: "the answer's status is 400 or above; the answer is printed" },
  run: async (context, { options, words: [service = "", path = ""] }) => {
    if (!path.startsWith("/")) throw new UsageError(`the path begins with a slash: /${path}`);
    const url = await context.serviceUrl(service);
    const body = options.data === "-" ? await context.readInput() : options.data;
    const reply = await fetchText(`${url}${path}`, {
      method: toMethod(options.request ?? (body === undefined ? "GET" : "POST")),
      headers: { accept: "application/json", ...(body === undefined ? {} : JSON_BODY), ...toHeaders(options.header) },
      ...(body === undefined ? {} : { body: utf8(body) }),
      ...(options.anonymous ? {} : { token: await tokenFor(service, context) }),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      signal: context.signal,
    });
    if (options.include) {
      const lines = [`HTTP ${reply.status}`, ...[...reply.headers].map(([name, value]) => `${name}: ${value}`), ""];
      context.terminal.print(lines.join("\n"));
    }
    if (reply.body !== "") context.terminal.print(reply.body.replace(/\n$/, ""));
    return reply.status < 400 ? EXIT.ok : EXIT.failed;
  },
});

const JSON_BODY = { "content-type": "application/json" };

/** The plane is called with the session itself; for a system, whichever of its processes is called is the audience. */
async function tokenFor(service: string, context: CommandContext): Promise<string> {
  if (service === "operations") return await planeSession(context).token();
  return await context.accessToken(service.split("-")[0]!);
}

function toMethod(text: string): (typeof METHODS)[number] {
  const method = METHODS.find((known) => known === text.toUpperCase());
  if (method === undefined) throw new UsageError(`there is no method ${text}; there are ${METHODS.join(", ")}`);
  return method;
}

function toHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const match = /^([\w-]+):\s*(.*)$/.exec(line);
      if (match === null) throw new UsageError(`"${line}" is not of the form 'Name: value'`);
      return [match[1]!.toLowerCase(), match[2]!];
    }),
  );
}
