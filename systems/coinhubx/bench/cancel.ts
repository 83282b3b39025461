import { seededRandom } from "@assay/platform/random/random";
import { type BenchResult, median } from "@assay/platform/testing/bench-result";
import { toInstant } from "@assay/primitives/instant";
import type { CustomerId } from "../src/customers/customer.ts";
import { ETH_USDT } from "../src/markets/markets.ts";
import { MatchingEngine } from "../src/matching/matching-engine.ts";
import type { OrderId } from "../src/matching/order.ts";
import { loadPeer } from "./matching/contestants.ts";
import { settleHeap } from "./matching/settle-heap.ts";

const DEEP = 80_000;
const SHALLOW = 10_000;
const PRICE = 300_000;
const AT = toInstant(Date.UTC(2026, 0, 31));
// The peer needs milliseconds for each, so it is asked for fewer; ours are timed in one go to stay above the clock's grain.
const PEER_CANCELS = 40;
const OUR_CANCELS = 5_000;

/** HX-B2: cancel at random positions in one price level, against the peer and against a level an eighth as long. */
export async function bench(options: { readonly rounds: number; readonly quick: boolean }): Promise<BenchResult[]> {
  const rounds: { deep: number; shallow: number; peer: number }[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const peer = await peerCancelUs(DEEP, round);
    warmUp(round);
    rounds.push({ deep: ourCancelUs(DEEP, round), shallow: ourCancelUs(SHALLOW, round), peer });
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

function warmUp(round: number): void {
  for (let run = 0; run < 10; run += 1) ourCancelUs(SHALLOW, round + 100);
}

function ourCancelUs(orders: number, seed: number): number {
  const engine = new MatchingEngine({ ...ETH_USDT, openOrdersPerCustomer: orders });
  const customerId = "usr_1" as CustomerId;
  for (let number = 0; number < orders; number += 1) {
    const terms = { orderId: orderId(number), customerId, side: "buy", priceTicks: PRICE, quantityLots: 1 } as const;
    engine.execute({ type: "place", ...terms, makerFeeBps: 5, takerFeeBps: 10, at: AT }, "accepted");
  }
  const cancels = positions(orders, OUR_CANCELS, seed).map(
    (number) => ({ type: "cancel", orderId: orderId(number), customerId, at: AT }) as const,
  );
  settleHeap();
  const start = performance.now();
  for (const cancel of cancels) engine.execute(cancel, "accepted");
  return ((performance.now() - start) * 1_000) / cancels.length;
}

async function peerCancelUs(orders: number, seed: number): Promise<number> {
  const Peer = await loadPeer();
  const book = new Peer();
  for (let number = 0; number < orders; number += 1) {
    book.limit({ side: "buy", id: orderId(number), size: 1, price: PRICE });
  }
  const ids = positions(orders, PEER_CANCELS, seed).map(orderId);
  const start = performance.now();
  for (const id of ids) book.cancel(id);
  return ((performance.now() - start) * 1_000) / ids.length;
}

/** `count` different positions, in random order. */
function positions(orders: number, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.integer(orders));
  return [...chosen];
}

function orderId(number: number): OrderId {
  return `ord_${String(number).padStart(26, "0")}` as OrderId;
}
