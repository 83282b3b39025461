import { deepEqual } from "node:assert/strict";
import { type BenchResult, median } from "@assay/platform/testing/bench-result";
import { type Contestant, loadPeer, OurEngine, type PeerConstructor, PeerEngine } from "./matching/contestants.ts";
import { OrderStream, type StreamStep } from "./matching/order-stream.ts";
import { settleHeap } from "./matching/settle-heap.ts";

const COMMANDS = 3_000_000;
const QUICK_COMMANDS = 200_000;
// The stream is made piece by piece, outside the clock: it need not be held whole, and both find their input as warm in
// the cache as an engine finds what has just been parsed.
const PIECE = 2_000;
const LATENCY_PIECES = 100;
const WARM_UP = 50_000;
const SEED = 20_260_131;

interface Duel {
  readonly ours: OurEngine;
  readonly peer: PeerEngine;
  readonly stream: OrderStream;
}

/**
 * HX-B1. Each round runs the whole mix through both, alternating piece by piece, and compares the two books at the end.
 * Latency is each command's own time, back to back. A fixed rate would measure the machine: on a shared one an empty
 * loop at 80 000/s already has a p99 of 14–78 µs, more than either engine needs.
 */
export async function bench(options: { readonly rounds: number; readonly quick: boolean }): Promise<BenchResult[]> {
  const Peer = await loadPeer();
  const pieces = (options.quick ? QUICK_COMMANDS : COMMANDS) / PIECE;
  const rates: [number, number][] = [];
  const latencies: [Latency, Latency][] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const duel = begin(Peer, SEED + round);
    rates.push(throughput(duel, pieces));
    latencies.push(latency(duel));
    duel.ours.assertConserved();
    for (const side of ["buy", "sell"] as const) deepEqual(duel.ours.depth(side), duel.peer.depth(side));
  }
  const shared = { unit: "µs", what: "time of one command" };
  const figures = (name: keyof Latency) => latencies.map(([ours, theirs]) => [ours[name], theirs[name]] as const);
  return [
    result({ id: "HX-B1", what: "limits, cancels, amends with risk check", unit: "commands/s", goal: 5 }, rates),
    result({ id: "HX-B1 p50", ...shared }, figures("p50")),
    result({ id: "HX-B1 p99", ...shared, goal: 5 }, figures("p99")),
    result({ id: "HX-B1 worst", ...shared }, figures("worst")),
  ];
}

function begin(Peer: PeerConstructor, seed: number): Duel {
  const duel = { ours: new OurEngine(), peer: new PeerEngine(new Peer()), stream: new OrderStream(seed) };
  for (const steps of [duel.stream.opening(), duel.stream.next(WARM_UP)]) {
    drive(duel.ours, steps);
    drive(duel.peer, steps);
  }
  return duel;
}

function throughput({ ours, peer, stream }: Duel, pieces: number): [number, number] {
  const spentMs: [number, number] = [0, 0];
  for (let piece = 0; piece < pieces; piece += 1) {
    const steps = stream.next(PIECE);
    settleHeap();
    // Whoever runs first finds the caches as the generator left them, so they take turns.
    if (piece % 2 === 0) spentMs[0] += drive(ours, steps);
    spentMs[1] += drive(peer, steps);
    if (piece % 2 === 1) spentMs[0] += drive(ours, steps);
  }
  return [(pieces * PIECE * 1_000) / spentMs[0], (pieces * PIECE * 1_000) / spentMs[1]];
}

function drive(contestant: Contestant, steps: readonly StreamStep[]): number {
  const start = performance.now();
  for (const step of steps) contestant.run(step);
  return performance.now() - start;
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

function latency({ ours, peer, stream }: Duel): [Latency, Latency] {
  const times = [new Float64Array(PIECE * LATENCY_PIECES), new Float64Array(PIECE * LATENCY_PIECES)] as const;
  for (let piece = 0; piece < LATENCY_PIECES; piece += 1) {
    const steps = stream.next(PIECE);
    settleHeap();
    if (piece % 2 === 0) time(ours, steps, times[0].subarray(piece * PIECE));
    time(peer, steps, times[1].subarray(piece * PIECE));
    if (piece % 2 === 1) time(ours, steps, times[0].subarray(piece * PIECE));
  }
  return [summary(times[0]), summary(times[1])];
}

function time(contestant: Contestant, steps: readonly StreamStep[], timesUs: Float64Array): void {
  let before = performance.now();
  for (let index = 0; index < steps.length; index += 1) {
    contestant.run(steps[index]!);
    const after = performance.now();
    timesUs[index] = (after - before) * 1_000;
    before = after;
  }
}

function summary(timesUs: Float64Array): Latency {
  timesUs.sort();
  return { p50: quantile(timesUs, 0.5), p99: quantile(timesUs, 0.99), worst: timesUs.at(-1)! };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

function result(
  about: Pick<BenchResult, "id" | "what" | "unit" | "goal">,
  pairs: readonly (readonly [ours: number, theirs: number])[],
): BenchResult {
  const ours = pairs.map(([figure]) => figure);
  const theirs = pairs.map(([, figure]) => figure);
  const ratio = about.unit === "µs" ? median(theirs) / median(ours) : median(ours) / median(theirs);
  return { ...about, ours, peer: "npm nodejs-order-book 10.1.1", theirs, ratio };
}
