import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "@assay/primitives/failure";
import { systemClock } from "../clock/clock.ts";
import { ConfigurationError } from "../config/config.ts";
import { systemRandom } from "../random/random.ts";
import { defineCommand, defineCommandGroup, runCommand, unknownWord } from "./command.ts";
import type { CommandContext } from "./command-context.ts";
import { UsageError } from "./parse-arguments.ts";
import { createTerminal, formatTable } from "./terminal.ts";

const greet = defineCommand({
  name: "greet",
  usage: "<name>",
  summary: "say hello",
  details: "Says hello.",
  examples: [["assay greet Ada", "to Ada"]],
  options: { loud: { kind: "flag", short: "l", summary: "in capitals" } },
  words: { min: 1, max: 1 },
  exits: { 1: "nobody is there" },
  run: async ({ terminal }, { options, words: [name = ""] }) => {
    terminal.print(options.loud ? `HELLO ${name}` : `hello ${name}`);
    return name === "nobody" ? 1 : undefined;
  },
});

test("a command's exit code is 0 unless it says otherwise", async () => {
  deepEqual(await run(greet, ["Ada", "-l"]), { exit: 0, out: "HELLO Ada\n", err: "" });
  equal((await run(greet, ["nobody"])).exit, 1);
});

test("help shows usage, examples, options and exit codes, and runs nothing", async () => {
  const { exit, out } = await run(greet, ["Ada", "--help"]);
  equal(exit, 0);
  match(out, /^assay greet <name>\n\nSays hello\.\n\nExamples\n {2}assay greet Ada {3}# to Ada/);
  match(out, /-l, --loud +in capitals/);
  match(out, / 1 {3}nobody is there/);
  deepEqual((await run(greet, ["--", "--help"])).out, "hello --help\n");
});

test("each kind of error has its exit code and one sentence", async () => {
  const failing = (error: unknown) => ({ summary: "", run: () => Promise.reject(error) });
  const failure = (code: string) => new Failure(code, { retryable: false, details: { reason: "It is closed." } });
  const cases: [unknown, number, RegExp][] = [
    [new UsageError("it makes no sense"), 2, /^it makes no sense\nTry --help\.\n$/],
    [failure("DOOR_CLOSED"), 1, /^It is closed\. \(DOOR_CLOSED\)\n$/],
    [failure("HTTP_UNREACHABLE"), 3, /^It is closed\. \(HTTP_UNREACHABLE\)\n$/],
    [failure("SUPERVISOR_NOT_RUNNING"), 3, /npm start/],
    [new ConfigurationError(["PORT is missing."]), 78, /^PORT is missing\.\n$/],
    [new Error("surprise"), 1, /^This is a bug in assay:\nError: surprise/],
  ];
  for (const [error, exit, sentence] of cases) {
    const ran = await run(failing(error), []);
    deepEqual([ran.exit, ran.out], [exit, ""]);
    match(ran.err, sentence);
  }
  const asJson = await run(failing(failure("DOOR_CLOSED")), [], { isJson: true });
  deepEqual(JSON.parse(asJson.err), { error: { code: "DOOR_CLOSED", detail: "It is closed. (DOOR_CLOSED)" } });
});

test("a group hands on, lists what it has and knows what was meant", async () => {
  const group = defineCommandGroup({ name: "say", summary: "", details: "Says things.", commands: { greet } });
  equal((await run(group, ["greet", "Ada"])).out, "hello Ada\n");
  match((await run(group, ["--help"])).out, /assay say <command>[\s\S]*greet {2}say hello/);
  equal((await run(group, [])).exit, 2);
  match((await run(group, ["geret"])).err, /there is no "say geret"; did you mean "say greet"\?/);
  equal(unknownWord("assay ", "constructor", ["ps"]), 'there is no "assay constructor"');
});

test("a table is as wide as it must be, and text of others cannot forge a line or move the cursor", () => {
  const { terminal } = stage({});
  const rows = [
    { name: "one\ntwo", size: 7 },
    { name: "\u001b[2Jthree", size: 100 },
  ];
  const columns = [
    { title: "NAME", text: (row: (typeof rows)[number]) => row.name },
    { title: "SIZE", text: (row: (typeof rows)[number]) => String(row.size), align: "right" as const },
  ];
  equal(formatTable(terminal, columns, rows), "NAME       SIZE\none�two       7\n�[2Jthree   100");
});

test("colours are used only where they were asked for", () => {
  equal(stage({}).terminal.style("bad", "x"), "x");
  equal(stage({ isColoured: true }).terminal.style("bad", "x"), "\u001b[31mx\u001b[0m");
});

async function run(command: Parameters<typeof runCommand>[0], args: string[], options: { isJson?: boolean } = {}) {
  const { context, output } = stage(options);
  const exit = await runCommand(command, context, args);
  return { exit, ...output };
}

function stage({ isJson = false, isColoured = false }: { isJson?: boolean; isColoured?: boolean }) {
  const output = { out: "", err: "" };
  const terminal = createTerminal({
    ...{ isJson, isColoured, isInteractive: false },
    write: (text) => (output.out += text),
    writeError: (text) => (output.err += text),
  });
  const never = () => Promise.reject(new UsageError("not in this test"));
  const context: CommandContext = {
    ...{ terminal, env: {}, clock: systemClock, random: systemRandom, signal: new AbortController().signal },
    ...{ stateDirectory: "/nonexistent", repository: "/nonexistent", ask: never, readInput: never },
    ...{ serviceUrl: never, databaseUrl: never, accessToken: never },
  };
  return { terminal, context, output };
}
