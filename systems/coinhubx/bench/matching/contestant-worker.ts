import { parentPort, workerData } from "node:worker_threads";
import { assert } from "@assay/primitives/assert";
import type { Side } from "../../src/matching/order.ts";
import { type Contestant, loadPeer, OurEngine, PeerEngine } from "./contestants.ts";
import { countSteps, readSteps, type StreamStep } from "./stream-step.ts";
import { threadCpuUs } from "./thread-cpu.ts";

// One contestant in a thread of its own: its heap, its compiled code and, while it runs, its caches. Commands are made
// from the packed stream piece by piece outside the clock, so that they are as warm as what has just been parsed. The
// collector is left alone: a collection is timed when it falls into a command, so each pays by its share of the garbage.

const PIECE = 500;
/** Commands between two readings of the processor clock while each command is timed. */
const GROUP = 50;
/** A thread that was off the processor this much longer than the clocks' grain was put aside by the system. */
const PUT_ASIDE_US = 30;

export interface WorkerOptions {
  readonly name: "ours" | "peer";
}

export type WorkerRequest = { readonly kind: "rate" | "times"; readonly rows: Int32Array } | { readonly kind: "end" };

export interface RateFigures {
  readonly wallUs: number;
  readonly cpuUs: number;
}

export interface TimeFigures {
  /** The time of each command, as the clock saw it. */
  readonly wallUs: Float64Array;
  /** The same without the time that the thread did not run: others had the processor, or the collector's threads were at it. */
  readonly cpuUs: Float64Array;
}

export type Depth = Record<Side, [number, number][]>;

function rate(rows: Int32Array): RateFigures {
  let [wallUs, cpuUs] = [0, 0];
  for (let done = 0; done < countSteps(rows); done += PIECE) {
    const steps = readSteps(rows, done, PIECE);
    const cpuBefore = threadCpuUs();
    const before = performance.now();
    drive(steps);
    wallUs += (performance.now() - before) * 1_000;
    cpuUs += threadCpuUs() - cpuBefore;
  }
  return { wallUs, cpuUs };
}

function drive(steps: readonly StreamStep[]): void {
  for (const step of steps) contestant.run(step);
}

function times(rows: Int32Array): TimeFigures {
  const wallUs = new Float64Array(countSteps(rows));
  const cpuUs = new Float64Array(countSteps(rows));
  for (let done = 0; done < wallUs.length; done += GROUP) {
    const group = wallUs.subarray(done, done + GROUP);
    const asideUs = timeGroup(readSteps(rows, done, GROUP), group);
    cpuUs.set(withoutAside(group, asideUs), done);
  }
  return { wallUs, cpuUs };
}

/** Times each step; tells for how long the thread was off the processor meanwhile. */
function timeGroup(steps: readonly StreamStep[], timesUs: Float64Array): number {
  const cpuBefore = threadCpuUs();
  const start = performance.now();
  let before = start;
  for (let index = 0; index < steps.length; index += 1) {
    contestant.run(steps[index]!);
    const after = performance.now();
    timesUs[index] = (after - before) * 1_000;
    before = after;
  }
  const wallUs = (performance.now() - start) * 1_000;
  return wallUs - (threadCpuUs() - cpuBefore);
}

/** Takes the time off the longest commands, the only ones that can hold it. */
function withoutAside(timesUs: Float64Array, asideUs: number): Float64Array {
  const left = timesUs.slice();
  const ordinary = timesUs.toSorted()[Math.floor(timesUs.length / 2)]!;
  for (let rest = asideUs; rest > PUT_ASIDE_US; ) {
    const longest = left.indexOf(Math.max(...left));
    const taken = Math.min(rest, left[longest]! - ordinary);
    if (taken <= 0) break;
    left[longest]! -= taken;
    rest -= taken;
  }
  return left;
}

async function create(name: WorkerOptions["name"]): Promise<Contestant> {
  return name === "ours" ? new OurEngine() : new PeerEngine(new (await loadPeer())());
}

const contestant = await create((workerData as WorkerOptions).name);
assert(parentPort !== null, "this file runs as a worker");
parentPort.on("message", (request: WorkerRequest) => {
  if (request.kind === "rate") parentPort!.postMessage(rate(request.rows));
  else if (request.kind === "times") parentPort!.postMessage(times(request.rows));
  else {
    contestant.assertSound();
    const depth: Depth = { buy: contestant.depth("buy"), sell: contestant.depth("sell") };
    parentPort!.postMessage(depth);
    parentPort!.close();
  }
});
