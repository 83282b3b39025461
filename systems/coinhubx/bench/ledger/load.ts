import { assert } from "@assay/primitives/assert";

export interface LoadOptions {
  readonly callers: number;
  readonly durationMs: number;
  /** Sends the n-th command and resolves when it is committed; false when it was refused. */
  send(sequence: number): Promise<boolean>;
}

export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Closed loop: each caller sends its next command when its last one is committed. The first fifth is warm-up. */
export async function runLoad({ callers, durationMs, send }: LoadOptions): Promise<LoadFigures> {
  const startMs = performance.now();
  const measureFromMs = startMs + durationMs / 5;
  const endMs = startMs + durationMs;
  const times: number[] = [];
  let sequence = 0;
  const call = async () => {
    for (let sentMs = performance.now(); sentMs < endMs; ) {
      sequence += 1;
      assert(await send(sequence), "the benchmark sends nothing that can be refused");
      const doneMs = performance.now();
      if (sentMs >= measureFromMs && doneMs <= endMs) times.push(doneMs - sentMs);
      sentMs = doneMs;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  times.sort((left, right) => left - right);
  return {
    perSecond: times.length / ((endMs - measureFromMs) / 1_000),
    p50Ms: times[Math.floor(times.length * 0.5)] ?? 0,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
  };
}
