import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { systemClock } from "@assay/platform/clock/clock";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { createTerminal } from "@assay/platform/command-line/terminal";
import { ConfigurationError } from "@assay/platform/config/config";
import type { Environment } from "@assay/platform/config/setting";
import { systemRandom } from "@assay/platform/random/random";
import { REPOSITORY } from "./repository.ts";
import { readStackFile, type StackRecord } from "./stack/stack-file.ts";
import type { StackPorts } from "./stack/stack-ports.ts";
import { describeStateFolder, stateDirectoryOf } from "./stack/state-folder.ts";

/** Ports of processes that run alone, for when no stack of this folder runs. */
const USUAL_URLS: Readonly<Record<string, string>> = {
  operations: "http://127.0.0.1:3000",
  "coinhubx-backend": "http://127.0.0.1:8001",
  "coinhubx-worker": "http://127.0.0.1:8002",
  "coinhubx-frontend": "http://127.0.0.1:3001",
  "status-page": "http://127.0.0.1:3002",
};

/** What the environment may name instead of what the running stack wrote down. */
const URL_SETTINGS: Readonly<Record<string, string>> = {
  operations: "ASSAY_PLANE_URL",
  "coinhubx-backend": "COINHUBX_URL",
};

/** The context of this very process, and its arguments without the options that all commands share. */
export function createProcessContext(process: NodeJS.Process): { context: CommandContext; args: readonly string[] } {
  const { env } = process;
  const [isJson, args] = takeFlag(process.argv.slice(2), "--json");
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort());
  const stateDirectory = stateDirectoryOf(env, REPOSITORY);
  const context: CommandContext = {
    terminal: createTerminal({
      write: (chunk) => void process.stdout.write(chunk),
      writeError: (chunk) => void process.stderr.write(chunk),
      isJson,
      isColoured: isColoured(env, process.stdout),
      isInteractive: process.stderr.isTTY === true,
    }),
    env,
    clock: systemClock,
    random: systemRandom,
    signal: stopped.signal,
    stateDirectory,
    repository: REPOSITORY,
    ask: (question, options = {}) => askPerson(process, question, options),
    readInput: async () => (process.stdin.isTTY ? "" : await text(process.stdin)),
    serviceUrl: async (service) => serviceUrl(service, env, stateDirectory),
    databaseUrl: async (system) => await databaseUrl(system, env, stateDirectory),
    accessToken: async (system) => {
      const { planeSession } = await import("./plane/plane-session.ts");
      return await planeSession(context).accessToken(system);
    },
  };
  return { context, args };
}

/** https://no-color.org: set and not empty means no. */
function isColoured(env: Environment, stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
}

function takeFlag(args: readonly string[], flag: string): [boolean, string[]] {
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  return [before.includes(flag), [...before.filter((arg) => arg !== flag), ...(end === -1 ? [] : args.slice(end))]];
}

function runningStack(stateDirectory: string): StackRecord | undefined {
  return readStackFile(describeStateFolder(stateDirectory).stackFile);
}

function serviceUrl(service: string, env: Environment, stateDirectory: string): string {
  const named = env[URL_SETTINGS[service] ?? ""];
  if (named !== undefined && named !== "") return named.replace(/\/$/, "");
  const known = { ...USUAL_URLS, ...runningStack(stateDirectory)?.urls };
  const url = known[service] ?? known[`${service}-backend`];
  if (url === undefined) {
    throw new UsageError(`there is no service "${service}"; there are ${Object.keys(known).sort().join(", ")}`);
  }
  return url;
}

async function databaseUrl(system: string, env: Environment, stateDirectory: string): Promise<string> {
  const named = { coinhubx: env.DATABASE_URL, operations: env.OPERATIONS_DATABASE_URL }[system];
  if (named !== undefined && named !== "") return named;
  if (system !== "coinhubx" && system !== "operations") {
    throw new UsageError(`there is no database "${system}"; there are coinhubx, operations`);
  }
  const stack = runningStack(stateDirectory);
  const { secretsFile } = describeStateFolder(stateDirectory);
  if (stack === undefined) {
    throw new ConfigurationError([
      `No stack of ${stateDirectory} runs, and no DATABASE_URL says where the database of ${system} is.`,
    ]);
  }
  const { databaseUrls } = await import("./stack/stack.ts");
  const { readSecrets } = await import("./stack/stack-secrets.ts");
  const ports = stack.ports as StackPorts;
  return databaseUrls({ ports, secrets: readSecrets(secretsFile), environment: {} })[system].reveal();
}

async function askPerson(
  { stdin, stderr }: NodeJS.Process,
  question: string,
  { hidden = false }: { readonly hidden?: boolean },
): Promise<string> {
  if (!stdin.isTTY) throw new UsageError(`nobody is at the terminal to answer "${question}"`);
  let isMuted = false;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isMuted) stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin, output, terminal: true });
  try {
    const answer = lines.question(`${question} `);
    isMuted = hidden;
    return await answer;
  } finally {
    lines.close();
    if (hidden) stderr.write("\n");
  }
}
