import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import type { Environment } from "@assay/platform/config/setting";
import type { ProcessStatus } from "@assay/platform/supervisor/process-status";
import { formatDuration } from "../format.ts";
import { type LocalStack, startLocalStack } from "../local-stack.ts";
import { SYSTEMS } from "../stack/stack.ts";
import type { PortChoice } from "../stack/stack-ports.ts";

export const command = defineCommand({
  name: "up",
  usage: "[system …]",
  summary: "start everything and stay until Ctrl-C",
  details: `Starts PostgreSQL, a local chain, the systems and the operations plane on this machine, seeds them the first time, and
prints where to go. It restarts what ends or stops answering. Everything it keeps is in one folder ($ASSAY_HOME, or .assay
in the repository). Settings of the environment that begin with COINHUBX_, OPERATIONS_ or ASSAY_, and DATABASE_URL, reach
the processes.`,
  examples: [
    ["npm start", "the same, installing first what is missing"],
    ["assay up coinhubx", "one system and the plane"],
    ["ASSAY_HOME=/tmp/second assay up", "a second stack beside the first, on the next free ports"],
  ],
  options: {
    "port-offset": { kind: "integer", value: "N", min: 0, max: 10_000, summary: "add N to every port (0)" },
    "strict-ports": { kind: "flag", summary: "fail when a port is in use instead of moving on" },
  },
  words: { min: 0, max: SYSTEMS.length + 1 },
  exits: { 1: "something did not start; one sentence says what" },
  run: async (context, { options, words }) => {
    const groups = selectGroups(words);
    const progress = new Progress(context);
    const { clock, signal, stateDirectory, env } = context;
    await using stack = await startLocalStack({
      stateDirectory,
      portOffset: options["port-offset"] ?? 0,
      strictPorts: options["strict-ports"],
      environment: { ...(withoutSystems(groups) ? { OPERATIONS_SYSTEMS: "" } : {}), ...passedOn(env) },
      path: env.PATH ?? "",
      select: ({ group }) => groups === undefined || groups.has(group),
      log: (status) => progress.show(status),
      onPorts: (choice) => progress.showPorts(choice),
      clock,
      random: context.random,
      signal,
    });
    progress.finish(stack);
    await Promise.race([stack.shutdownRequested, aborted(signal)]);
    context.terminal.printError("\nStopping …");
    return EXIT.ok;
  },
});

function selectGroups(words: readonly string[]): Set<string> | undefined {
  if (words.length === 0) return undefined;
  const unknown = words.find((word) => word !== "operations" && !(SYSTEMS as readonly string[]).includes(word));
  if (unknown !== undefined) throw new UsageError(`there is no system "${unknown}"; there are ${SYSTEMS.join(", ")}`);
  return new Set([...words, "operations", "devnets"]);
}

/** A plane alone does not look for systems that were not asked for. */
function withoutSystems(groups: ReadonlySet<string> | undefined): boolean {
  return groups !== undefined && !SYSTEMS.some((system) => groups.has(system));
}

/** What a person sets for the processes; the rest of the environment is none of their business. */
function passedOn(env: Environment): Environment {
  const ours = /^(COINHUBX_|OPERATIONS_|ASSAY_(ENVIRONMENT|LOG_LEVEL|FAULTS)$|DATABASE_URL$|MONGO_URL$|DB_NAME$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => ours.test(name)));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Says on the error stream what happens, and on the output stream where to go. */
class Progress {
  readonly #context: CommandContext;
  readonly #startedMs: number;
  readonly #since = new Map<string, number>();
  #isUp = false;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#startedMs = context.clock.monotonicMs();
    this.#say("strong", `Starting Assay from ${context.stateDirectory}`);
  }

  showPorts({ offset, occupied }: PortChoice): void {
    if (occupied.length === 0) return;
    this.#say("warning", `Port ${occupied.join(", ")} is in use, so all ports are moved by ${offset}.`);
  }

  show({ name, state, reason }: ProcessStatus): void {
    const nowMs = this.#context.clock.monotonicMs();
    if (state === "starting") this.#since.set(name, nowMs);
    const text =
      state === "ready" ? `ready after ${this.#elapsed(name, nowMs)}` : [state, reason].filter(Boolean).join(": ");
    const isTrouble = state === "waiting" || state === "failed" || state === "unready";
    if (state === "ready" || isTrouble || this.#isUp) {
      this.#say(isTrouble ? "bad" : "quiet", `  ${name.padEnd(20)} ${text}`);
    }
  }

  finish(stack: LocalStack): void {
    this.#isUp = true;
    const { terminal, clock } = this.#context;
    const { urls, control } = stack;
    const bootstrapCode = stack.bootstrapCode();
    const elapsedMs = clock.monotonicMs() - this.#startedMs;
    if (terminal.isJson) {
      terminal.printJson({ urls, bootstrapCode, elapsedMs: Math.round(elapsedMs) });
      return;
    }
    const lines = [
      `\n${terminal.style("good", `All ${control.status().length} processes are ready after ${formatDuration(elapsedMs)}.`)}\n`,
      `  Console              ${terminal.style("strong", urls.operations)}`,
      `  CoinHubX             ${terminal.style("strong", urls["coinhubx-frontend"])}   for its customers`,
      `  Status page          ${terminal.style("strong", urls["status-page"])}   for everybody`,
      ...(bootstrapCode === undefined
        ? []
        : [
            `  Bootstrap code       ${terminal.style("strong", bootstrapCode)}   once: whoever enters it becomes administrator`,
          ]),
      "",
      `  ${terminal.style("quiet", "assay ps · assay logs -f · assay --help · Ctrl-C stops everything")}`,
    ];
    terminal.print(lines.join("\n"));
  }

  #elapsed(name: string, nowMs: number): string {
    return formatDuration(nowMs - (this.#since.get(name) ?? nowMs)).padStart(6);
  }

  #say(style: Parameters<CommandContext["terminal"]["style"]>[0], text: string): void {
    const { terminal } = this.#context;
    terminal.printError(terminal.style(style, text));
  }
}
