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
const LONE_CANCELS = 150;
/** Cancels one after another are timed together: enough for the clock's grain, few enough to run undisturbed. */
const BATCH = 25;
const BATCHES = 100;
/** The peer needs milliseconds for each, so it is asked for fewer. */
const PEER_CANCELS = 40;
const WARM_UP_ROUNDS = 6;
// More than a processor's caches hold, in 64-byte lines.
const OTHER_WORK = new Float64Array((64 * 2 ** 20) / 8);
const LINE = 8;

/** Microseconds for one cancel, in the long and in the short level. */
type DeepAndShallow = readonly [deep: number, shallow: number];

/**
 * HX-B2: cancel at random positions in one price level, against the peer and against a level an eighth as long. A round's
 * figure is a median; the long and the short level take turns, so both meet the same machine. A lone cancel comes after
 * other work has emptied the caches, as one does in a service: it shows the steps a cancel takes. In the row without a
 * goal they come one after another, and 10 000 orders stay in the processor's caches where 80 000 do not.
 */
export async function bench(options: { readonly rounds: number; readonly quick: boolean }): Promise<BenchResult[]> {
  const Peer = await loadPeer();
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) inARow([SHALLOW, SHALLOW], round);
  const lone: DeepAndShallow[] = [];
  const inRow: DeepAndShallow[] = [];
  const peer: number[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    lone.push(alone([DEEP, SHALLOW], round));
    inRow.push(inARow([DEEP, SHALLOW], round));
    peer.push(peerCancelUs(new Peer(), round));
  }
  const deep = inRow.map(([ours]) => ours);
  return [
    {
      id: "HX-B2",
      what: `cancels one after another in one level of ${DEEP} orders`,
      unit: "µs",
      ours: deep,
      peer: "npm nodejs-order-book 10.1.1",
      theirs: peer,
      ratio: median(peer) / median(deep),
      goal: 1_000,
    },
    depthRow(lone, {
      id: "HX-B2 depth",
      what: "a lone cancel in the same level, at most 1.5 × the time",
      goal: 1 / 1.5,
    }),
    depthRow(inRow, { id: "HX-B2 depth in a row", what: "cancels one after another in the same level" }),
  ];
}

function depthRow(rounds: readonly DeepAndShallow[], about: Pick<BenchResult, "id" | "what" | "goal">): BenchResult {
  const ours = rounds.map(([deep]) => deep);
  const theirs = rounds.map(([, shallow]) => shallow);
  const peer = `our own level of ${SHALLOW} orders`;
  return { ...about, unit: "µs", ours, peer, theirs, ratio: median(theirs) / median(ours) };
}

function alone(sizes: DeepAndShallow, seed: number): DeepAndShallow {
  return takingTurns(sizes, { seed, turns: LONE_CANCELS, cancelsATurn: 1, before: doOtherWork });
}

function inARow(sizes: DeepAndShallow, seed: number): DeepAndShallow {
  return takingTurns(sizes, { seed, turns: BATCHES, cancelsATurn: BATCH, before: () => {} });
}

interface Turns {
  readonly seed: number;
  readonly turns: number;
  readonly cancelsATurn: number;
  readonly before: () => void;
}

function takingTurns(sizes: DeepAndShallow, { seed, turns, cancelsATurn, before }: Turns): DeepAndShallow {
  const levels = sizes.map((orders) => ({
    ...levelOf(orders, { seed, cancels: turns * cancelsATurn }),
    timesUs: [] as number[],
  }));
  settleHeap();
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { engine, cancels, timesUs } of levels) {
      before();
      timesUs.push(cancelUs(engine, cancels.slice(turn * cancelsATurn, (turn + 1) * cancelsATurn)));
    }
  }
  const [deep, shallow] = levels.map(({ timesUs }) => median(timesUs));
  return [deep!, shallow!];
}

function doOtherWork(): void {
  for (let at = 0; at < OTHER_WORK.length; at += LINE) OTHER_WORK[at]! += 1;
}

function cancelUs(engine: MatchingEngine, cancels: readonly CancelCommand[]): number {
  const start = performance.now();
  for (const cancel of cancels) engine.execute(cancel, "accepted");
  return ((performance.now() - start) * 1_000) / cancels.length;
}

function levelOf(
  orders: number,
  wanted: { readonly seed: number; readonly cancels: number },
): { engine: MatchingEngine; cancels: CancelCommand[] } {
  const engine = new MatchingEngine({ ...ETH_USDT, openOrdersPerCustomer: orders });
  const customerId = "usr_1" as CustomerId;
  for (let number = 0; number < orders; number += 1) {
    const terms = { orderId: orderId(number), customerId, side: "buy", priceTicks: PRICE, quantityLots: 1 } as const;
    engine.execute({ type: "place", ...terms, makerFeeBps: 5, takerFeeBps: 10, at: AT }, "accepted");
  }
  const cancels = positions(orders, wanted.cancels, wanted.seed).map(
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
