import { systemClock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { type BenchResult, median } from "@assay/platform/testing/bench-result";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { toAmount } from "@assay/primitives/amount";
import { toAssetCode } from "@assay/primitives/money";
import { type AccountKey, HOUSE } from "../src/ledger/account.ts";
import { createLedger } from "../src/ledger/ledger.ts";
import { MIGRATIONS } from "../src/ledger/ledger-test-kit.ts";
import { type TransferCommand, toTransferId } from "../src/ledger/transfer.ts";
import { type LoadFigures, runLoad } from "./ledger/load.ts";
import { batchedPeer, PEER_SCHEMA, singleCallPeer } from "./ledger/peers.ts";

// HX-B3: committed transfers a second with fsync on, 256 callers that each await their own transfer.

const ACCOUNTS = 10_000;
const CALLERS = 256;
const USDT = toAssetCode("USDT");

interface BenchOptions {
  readonly rounds: number;
  readonly quick?: boolean;
}

/** Who pays whom in the n-th transfer, as account numbers. */
type Traffic = (sequence: number) => readonly [from: number, to: number];

/** Everybody pays everybody. */
const spread: Traffic = (sequence) => {
  const from = Math.imul(sequence, 2_654_435_761) >>> 0;
  const to = Math.imul(sequence + 7, 2_246_822_519) >>> 0;
  return from % ACCOUNTS === to % ACCOUNTS ? [from % ACCOUNTS, (to + 1) % ACCOUNTS] : [from % ACCOUNTS, to % ACCOUNTS];
};
/** One account pays them all, as an exchange's own account does. */
const hot: Traffic = (sequence) => [0, 1 + (sequence % (ACCOUNTS - 1))];

export async function bench({ rounds, quick = false }: BenchOptions): Promise<BenchResult[]> {
  await using server = await startTestDatabase({ migrations: [MIGRATIONS], ownCluster: true });
  await server.database.execute({ text: PEER_SCHEMA, values: [] });
  await using stack = new AsyncDisposableStack();
  const open = (maxConnections: number) =>
    stack.use(
      openDatabase({
        url: server.url,
        applicationName: "bench",
        maxConnections,
        connectTimeoutMs: 30_000,
        statementTimeoutMs: 60_000,
      }),
    );
  const durationMs = quick ? 1_000 : 4_000;
  const ours = open(2);
  await fund(server, ours);
  const singles = open(32);
  const batches = open(1);
  const results: BenchResult[] = [];
  for (const [name, traffic, goals] of [
    ["(a) 10 000 accounts", spread, { single: 3, batched: 0.5 }],
    ["(b) one hot account", hot, { single: 15, batched: 0.5 }],
  ] as const) {
    const figures = { ours: [] as LoadFigures[], single: [] as LoadFigures[], batched: [] as LoadFigures[] };
    for (let round = 0; round < rounds; round += 1) {
      figures.ours.push(await ledgerLoad(ours, traffic, durationMs));
      figures.single.push(await runLoad({ callers: 32, durationMs, send: singleCallPeer(singles, traffic) }));
      figures.batched.push(await batchedLoad(batches, traffic, durationMs));
    }
    results.push(
      compare(`HX-B3 ${name}`, figures.ours, {
        peer: "textbook ledger, one SQL function call per transfer, 32 connections",
        figures: figures.single,
        goal: goals.single,
      }),
      compare(`HX-B3 ${name}`, figures.ours, {
        peer: "bare batched SQL function behind the same queue",
        figures: figures.batched,
        goal: goals.batched,
      }),
    );
  }
  return results;
}

/** Gives each account money, twice: each is then opened and updated once, as in a ledger that is in use. */
async function fund(server: TestDatabase, database: Database): Promise<void> {
  await using ledger = createLedger({ database, clock: systemClock });
  for (let start = 0; start < ACCOUNTS; start += 500) {
    const commands = Array.from({ length: 500 }, (_, index) =>
      transfer(`fund:${start + index}`, [house, account(start + index)], 10n ** 15n),
    );
    await Promise.all(commands.map((command) => ledger.post([command])));
  }
  await server.database.execute({ text: "vacuum analyze", values: [] });
}

const house: AccountKey = { owner: HOUSE, code: "house", asset: USDT };

function account(number: number): AccountKey {
  return { owner: `usr_${number}`, code: "customer", asset: USDT };
}

function transfer(id: string, [debit, credit]: readonly [AccountKey, AccountKey], amount: bigint): TransferCommand {
  return { id: toTransferId(id), debit, credit, amount: toAmount(amount), code: "trade", correlationId: id };
}

let runs = 0;

async function ledgerLoad(database: Database, traffic: Traffic, durationMs: number): Promise<LoadFigures> {
  await using ledger = createLedger({ database, clock: systemClock });
  runs += 1;
  const run = `ledger:${runs}`;
  return await runLoad({
    callers: CALLERS,
    durationMs,
    send: async (sequence) => {
      const [from, to] = traffic(sequence);
      const [outcome] = await ledger.post([transfer(`${run}:${sequence}`, [account(from), account(to)], 1n)]);
      return outcome?.ok ?? false;
    },
  });
}

async function batchedLoad(database: Database, traffic: Traffic, durationMs: number): Promise<LoadFigures> {
  await using peer = batchedPeer(database, traffic);
  return await runLoad({ callers: CALLERS, durationMs, send: peer.send });
}

interface Peer {
  readonly peer: string;
  readonly figures: readonly LoadFigures[];
  readonly goal: number;
}

function compare(id: string, ours: readonly LoadFigures[], { peer, figures, goal }: Peer): BenchResult {
  const rates = ours.map((it) => it.perSecond);
  const theirs = figures.map((it) => it.perSecond);
  const times = (all: readonly LoadFigures[]) =>
    `p50 ${median(all.map((it) => it.p50Ms)).toFixed(1)} ms, p99 ${median(all.map((it) => it.p99Ms)).toFixed(1)} ms`;
  return {
    id,
    what: `transfers committed, 256 awaiting callers, fsync on; ours ${times(ours)}; peer ${times(figures)}`,
    unit: "transfers/s",
    ours: rates,
    peer,
    theirs,
    ratio: median(rates) / median(theirs),
    goal,
  };
}
