import { Failure } from "@assay/primitives/failure";
import type { Clock } from "../clock/clock.ts";
import { EndpointError } from "./json-rpc.ts";

interface Hedging {
  readonly clock: Clock;
  readonly hedgeAfterMs: number;
}

/**
 * Asks the candidates in their order until one answers: the next one as soon as one fails, and also when none has answered
 * after `hedgeAfterMs`. The first answer wins and the rest are aborted.
 * @throws what a candidate throws that is no EndpointError; Failure `RPC_UNREACHABLE` when all have failed.
 */
export async function askHedged<C extends { readonly name: string }, T>(
  candidates: readonly C[],
  ask: (candidate: C, signal: AbortSignal) => Promise<T>,
  { clock, hedgeAfterMs }: Hedging,
): Promise<T> {
  const decided = new AbortController();
  const faults: Record<string, string> = {};
  const pending = new Set<Promise<Outcome<T>>>();
  const waiting = [...candidates];
  const askNext = () => {
    const candidate = waiting.shift();
    if (candidate === undefined) return;
    const asked: Promise<Outcome<T>> = ask(candidate, decided.signal).then(
      (value) => ({ kind: "answer", value }),
      (error: unknown) => ({ kind: "fault", error, asked, name: candidate.name }),
    );
    pending.add(asked);
  };
  try {
    askNext();
    while (pending.size > 0) {
      const outcome = await firstOf(pending, waiting.length > 0 ? hedgeAfterMs : Number.POSITIVE_INFINITY, clock);
      if (outcome === "slow") askNext();
      else if (outcome.kind === "answer") return outcome.value;
      else {
        if (!(outcome.error instanceof EndpointError)) throw outcome.error;
        pending.delete(outcome.asked);
        faults[outcome.name] = outcome.error.fault;
        askNext();
      }
    }
    throw new Failure("RPC_UNREACHABLE", { retryable: true, details: { faults } });
  } finally {
    decided.abort();
  }
}

type Outcome<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "fault"; readonly error: unknown; readonly asked: Promise<Outcome<T>>; readonly name: string };

async function firstOf<T>(
  pending: ReadonlySet<Promise<Outcome<T>>>,
  patienceMs: number,
  clock: Clock,
): Promise<Outcome<T> | "slow"> {
  if (patienceMs === Number.POSITIVE_INFINITY) return await Promise.race(pending);
  const arrived = new AbortController();
  const slow = clock.sleep(patienceMs, { signal: arrived.signal }).then(() => "slow" as const);
  slow.catch(() => undefined);
  try {
    return await Promise.race([...pending, slow]);
  } finally {
    arrived.abort();
  }
}
