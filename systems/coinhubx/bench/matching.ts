import { deepEqual } from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type BenchResult, median } from "@assay/platform/testing/bench-result";
import type { Depth, RateFigures, TimeFigures, WorkerOptions, WorkerRequest } from "./matching/contestant-worker.ts";
import { OrderStream } from "./matching/order-stream.ts";
import { type ResponseTimes, responseTimes } from "./matching/response-times.ts";

const COMMANDS = 3_000_000;
const QUICK_COMMANDS = 200_000;
const WARM_UP = 100_000;
// Both run the stream in turns this long: each is timed with caches of its own, on a machine equally busy for both.
const TURN = 50_000;
/** How many more commands each round times one by one, as a share of those it runs for the rate. */
const TIMED_SHARE = 0.2;
/** Arrivals for the response times, as a share of what the slower contestant can serve. */
const LOAD = 0.5;
const SEED = 20_260_131;

type Clock = "wallUs" | "cpuUs";
type Pair<Value> = readonly [ours: Value, theirs: Value];

interface Duel {
  readonly ours: Remote;
  readonly peer: Remote;
  readonly stream: OrderStream;
}

interface Round {
  readonly rates: Record<Clock, Pair<number>>;
  readonly responses: Record<Clock, Pair<ResponseTimes>>;
}

/**
 * HX-B1: one stream of 3 M commands in interleaved rounds, through both books, which must be equal at the end. Wall-clock
 * rows are what a client sees on this machine as busy as it is; CPU rows count only the time that the contestant's thread
 * ran, so their ratio also holds on a machine that others use. Response times are not those of commands run back to back:
 * each command's own time is replayed through an arrival schedule at one fixed rate for both, half of what the slower
 * one can serve ({@link responseTimes}), so nobody's stall is hidden by commands that would have waited for it.
 */
export async function bench(options: { readonly rounds: number; readonly quick: boolean }): Promise<BenchResult[]> {
  await using ours = new Remote({ name: "ours" });
  await using peer = new Remote({ name: "peer" });
  const duel = { ours, peer, stream: new OrderStream(SEED) };
  const commands = roundTo(TURN, (options.quick ? QUICK_COMMANDS : COMMANDS) / options.rounds);
  await askBoth(duel, "rate", duel.stream.opening());
  await interleaved(duel, "rate", WARM_UP);
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round += 1) rounds.push(await runRound(duel, commands));
  deepEqual(await ours.end(), await peer.end());
  return [...rateRows(rounds), ...responseRows(rounds)];
}

async function runRound(duel: Duel, commands: number): Promise<Round> {
  const [ours, theirs] = await interleaved(duel, "rate", commands);
  const timed = await interleaved(duel, "times", roundTo(TURN, commands * TIMED_SHARE));
  const total = (figures: readonly RateFigures[], clock: Clock) => figures.reduce((sum, each) => sum + each[clock], 0);
  const rates = (clock: Clock): Pair<number> => [
    (commands * 1e6) / total(ours, clock),
    (commands * 1e6) / total(theirs, clock),
  ];
  const responses = (clock: Clock): Pair<ResponseTimes> => {
    const intervalUs = 1e6 / (LOAD * Math.min(...rates(clock)));
    const of = (figures: readonly TimeFigures[]) =>
      responseTimes(joined(figures.map((each) => each[clock])), intervalUs);
    return [of(timed[0]), of(timed[1])];
  };
  return {
    rates: { wallUs: rates("wallUs"), cpuUs: rates("cpuUs") },
    responses: { wallUs: responses("wallUs"), cpuUs: responses("cpuUs") },
  };
}

type FiguresOf<Kind> = Kind extends "rate" ? RateFigures : TimeFigures;

async function interleaved<Kind extends "rate" | "times">(
  duel: Duel,
  kind: Kind,
  commands: number,
): Promise<Pair<FiguresOf<Kind>[]>> {
  const figures: [FiguresOf<Kind>[], FiguresOf<Kind>[]] = [[], []];
  for (let done = 0; done < commands; done += TURN) {
    const [ours, theirs] = await askBoth(duel, kind, duel.stream.next(TURN));
    figures[0].push(ours);
    figures[1].push(theirs);
  }
  return figures;
}

/** The very same commands, first through ours, then through the peer. */
async function askBoth<Kind extends "rate" | "times">(
  { ours, peer }: Duel,
  kind: Kind,
  rows: Int32Array,
): Promise<Pair<FiguresOf<Kind>>> {
  return [await ours.ask({ kind, rows }), await peer.ask({ kind, rows })];
}

/** A contestant in its thread. */
class Remote implements AsyncDisposable {
  readonly #worker: Worker;

  constructor(options: WorkerOptions) {
    this.#worker = new Worker(new URL("./matching/contestant-worker.ts", import.meta.url), { workerData: options });
  }

  async ask<Answer>(request: WorkerRequest): Promise<Answer> {
    this.#worker.postMessage(request);
    // An error in the worker rejects this.
    const [answer]: Answer[] = await once(this.#worker, "message");
    return answer!;
  }

  end(): Promise<Depth> {
    return this.ask({ kind: "end" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

const PEER = "npm nodejs-order-book 10.1.1";

function rateRows(rounds: readonly Round[]): BenchResult[] {
  const row = (clock: Clock, id: string, what: string): BenchResult => {
    const [ours, theirs] = columns(rounds.map((round) => round.rates[clock]));
    const ratio = median(ours) / median(theirs);
    return { id, what, unit: "commands/s", ours, peer: PEER, theirs, ratio, goal: 5 };
  };
  const what = "limits, cancels, amends with risk check";
  return [row("wallUs", "HX-B1", what), row("cpuUs", "HX-B1 CPU", `${what}, per second of its thread`)];
}

function responseRows(rounds: readonly Round[]): BenchResult[] {
  const row = (clock: Clock, name: keyof ResponseTimes): BenchResult => {
    const [ours, theirs] = columns(
      rounds.map(({ responses }) => [responses[clock][0][name], responses[clock][1][name]] as const),
    );
    return {
      id: clock === "wallUs" ? `HX-B1 ${name}` : `HX-B1 CPU ${name}`,
      what: `response time at ${LOAD * 100} % of the slower one's rate`,
      unit: "µs",
      ours,
      peer: PEER,
      theirs,
      ratio: median(theirs) / median(ours),
      ...(name === "p99" ? { goal: 5 } : {}),
    };
  };
  const names = ["p50", "p99", "worst"] as const;
  return [...names.map((name) => row("wallUs", name)), ...names.map((name) => row("cpuUs", name))];
}

function columns(pairs: readonly Pair<number>[]): Pair<number[]> {
  return [pairs.map(([ours]) => ours), pairs.map(([, theirs]) => theirs)];
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function roundTo(step: number, count: number): number {
  return Math.max(1, Math.round(count / step)) * step;
}
