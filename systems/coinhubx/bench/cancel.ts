import { seededRandom } from "@assay/platform/random/random";
import { type BenchResult, median } from "@assay/platform/testing/bench-result";
import { toInstant } from "@assay/primitives/instant";
import type { CustomerId } from "../src/customers/customer.ts";
import { ETH_USDT } from "../src/markets/markets.ts";
import type { CancelCommand } from "../src/matching/engine-command.ts";
import { MatchingEngine } from "../src/matching/matching-engine.ts";
import type { OrderId } from "../src/matching/order.ts";
import { loadPeer, type PeerBook } from "./matching/contestants.ts";
import { settleHeap } from "./matching/settle-heap.ts";
import { receivedText } from "./matching/stream-step.ts";

const DEEP = 80_000;
const SHALLOW = 10_000;
const PRICE = 300_000;
const AT = toInstant(Date.UTC(2026, 0, 31));
/** Cancels timed together: enough for the clock's grain, few enough that most batches run undisturbed. */
const BATCH = 25;
const BATCHES = 200;
/** The peer needs milliseconds for each, so it is asked for fewer, each timed alone. */
const PEER_CANCELS = 40;
const WARM_UP_ROUNDS = 3;

/**
 * HX-B2: cancel at random positions in one price level, against the peer and against a level an eighth as long. A round's
 * figure is the median of its batches; those of the long and the short level alternate, so both meet the same machine.
 */
export async function bench(options: { readonly rounds: number; readonly quick: boolean }): Promise<BenchResult[]> {
  const Peer = await loadPeer();
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) ourCancelUs([SHALLOW, SHALLOW], round);
  const rounds: { deep: number; shallow: number; peer: number }[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const [deep, shallow] = ourCancelUs([DEEP, SHALLOW], round);
    rounds.push({ deep, shallow, peer: peerCancelUs(new Peer(), round) });
  }
  const deep = rounds.map((round) => round.deep);
  const shallow = rounds.map((round) => round.shallow);
  const theirs = rounds.map((round) => round.peer);
  const shared = { unit: "µs", ours: deep };
  return [
    {
      ...shared,
      id: "HX-B2",
      what: `cancel in one level of ${DEEP} orders`,
      peer: "npm nodejs-order-book 10.1.1",
      theirs,
      ratio: median(theirs) / median(deep),
      goal: 1_000,
    },
    {
      ...shared,
      id: "HX-B2 depth",
      what: `the same against a level of ${SHALLOW}: at most 1.5 × the time`,
      peer: `our own level of ${SHALLOW}`,
      theirs: shallow,
      ratio: median(shallow) / median(deep),
      goal: 1 / 1.5,
    },
  ];
}

/** Microseconds for one cancel in levels of these sizes. */
function ourCancelUs(sizes: readonly [number, number], seed: number): [number, number] {
  const levels = sizes.map((orders) => ({ ...levelOf(orders, seed), timesUs: [] as number[] }));
  settleHeap();
  for (let batch = 0; batch < BATCHES; batch += 1) {
    for (const { engine, cancels, timesUs } of levels) {
      timesUs.push(batchUs(engine, cancels.slice(batch * BATCH, (batch + 1) * BATCH)));
    }
  }
  const [deep, shallow] = levels.map(({ timesUs }) => median(timesUs));
  return [deep!, shallow!];
}

function batchUs(engine: MatchingEngine, cancels: readonly CancelCommand[]): number {
  const start = performance.now();
  for (const cancel of cancels) engine.execute(cancel, "accepted");
  return ((performance.now() - start) * 1_000) / cancels.length;
}

function levelOf(orders: number, seed: number): { engine: MatchingEngine; cancels: CancelCommand[] } {
  const engine = new MatchingEngine({ ...ETH_USDT, openOrdersPerCustomer: orders });
  const customerId = "usr_1" as CustomerId;
  for (let number = 0; number < orders; number += 1) {
    const terms = { orderId: orderId(number), customerId, side: "buy", priceTicks: PRICE, quantityLots: 1 } as const;
    engine.execute({ type: "place", ...terms, makerFeeBps: 5, takerFeeBps: 10, at: AT }, "accepted");
  }
  const cancels = positions(orders, BATCH * BATCHES, seed).map(
    (number): CancelCommand => ({ type: "cancel", orderId: orderId(number), customerId, at: AT }),
  );
  return { engine, cancels };
}

function peerCancelUs(book: PeerBook, seed: number): number {
  for (let number = 0; number < DEEP; number += 1) {
    book.limit({ side: "buy", id: orderId(number), size: 1, price: PRICE });
  }
  return median(
    positions(DEEP, PEER_CANCELS, seed).map((number) => {
      const id = orderId(number);
      const start = performance.now();
      book.cancel(id);
      return (performance.now() - start) * 1_000;
    }),
  );
}

/** `count` different positions, in random order. */
function positions(orders: number, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.integer(orders));
  return [...chosen];
}

function orderId(number: number): OrderId {
  return receivedText(`ord_${String(number).padStart(26, "0")}`) as OrderId;
}
