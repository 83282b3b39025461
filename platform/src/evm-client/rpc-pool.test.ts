import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { after, before, test } from "node:test";
import { systemClock } from "../clock/clock.ts";
import { captureLogger } from "../logging/capture-logger.ts";
import { silentLogger } from "../logging/logger.ts";
import { type FaultyRpc, type RpcFault, startFaultyRpc } from "../testing/faulty-rpc.ts";
import { MovedClock } from "../testing/moved-clock.ts";
import { startTestAnvil, type TestAnvil } from "../testing/test-anvil.ts";
import { createRpcPool, type RpcPool, type RpcPoolOptions } from "./rpc-pool.ts";

let anvil: TestAnvil;
before(async () => {
  anvil = await startTestAnvil();
});
after(() => anvil[Symbol.asyncDispose]());

interface Setting extends AsyncDisposable {
  readonly pool: RpcPool;
  readonly proxies: readonly FaultyRpc[];
  readonly clock: MovedClock;
}

/** A pool over proxies with these faults, all in front of one real node. Its clock moves only where a test moves it. */
async function poolOver(faults: readonly RpcFault[], more: Partial<RpcPoolOptions> = {}): Promise<Setting> {
  await using cleanup = new AsyncDisposableStack();
  const proxies: FaultyRpc[] = [];
  for (const fault of faults) {
    const proxy = cleanup.use(await startFaultyRpc(anvil.url));
    await proxy.become(fault);
    proxies.push(proxy);
  }
  const clock = new MovedClock();
  const options = { chainId: anvil.chainId, clock, logger: silentLogger, timeoutMs: 200, ...more };
  const pool = cleanup.use(createRpcPool({ urls: proxies.map(({ url }) => url), ...options }));
  const running = cleanup.move();
  return { pool, proxies, clock, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const statuses = (pool: RpcPool) => pool.endpoints().map(({ status }) => status);
const faultsOf = (pool: RpcPool) => pool.endpoints().map(({ fault }) => fault);

test("the pool answers with the chain's own head", async () => {
  await using setting = await poolOver(["none"]);
  const head = await setting.pool.head();
  const block = (await anvil.call("eth_getBlockByNumber", ["latest", false])) as Record<string, string>;
  deepEqual(head, {
    number: Number(block.number),
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: Number(block.timestamp),
  });
});

test("an endpoint of another chain is quarantined and never asked", async () => {
  await using setting = await poolOver(["wrong-chain", "none"]);
  const { pool, proxies } = setting;
  equal(await pool.call("eth_blockNumber"), await anvil.call("eth_blockNumber"));
  deepEqual(statuses(pool), ["quarantined", "healthy"]);
  deepEqual(faultsOf(pool), ["WRONG_CHAIN", undefined]);
  equal(proxies[0]!.asked("eth_blockNumber"), 0);
});

test("an endpoint behind by more than the allowed lag is not asked until it has caught up", async () => {
  await using setting = await poolOver(["stale", "none"]);
  const { pool, proxies } = setting;
  await anvil.mine(4);
  await pool.probe();
  deepEqual(statuses(pool), ["lagging", "healthy"]);
  await pool.call("eth_gasPrice");
  deepEqual(
    proxies.map((proxy) => proxy.asked("eth_gasPrice")),
    [0, 1],
  );
  await proxies[0]!.become("none");
  await pool.probe();
  deepEqual(statuses(pool), ["healthy", "healthy"]);
});

test("one endpoint that invents blocks does not make the honest ones look late", async () => {
  await using setting = await poolOver(["ahead", "none", "none"]);
  equal((await setting.pool.head()).number, Number(await anvil.call("eth_blockNumber")));
});

test("a hanging endpoint costs the hedging delay, not its timeout", async () => {
  await using setting = await poolOver(["none", "none"], { clock: systemClock, timeoutMs: 5_000, hedgeAfterMs: 30 });
  const { pool, proxies } = setting;
  await pool.call("eth_blockNumber");
  const first = proxies.findIndex((proxy) => proxy.asked("eth_blockNumber") === 1);
  await proxies[first]!.become("hang");
  const startedMs = performance.now();
  equal(await pool.call("eth_blockNumber"), await anvil.call("eth_blockNumber"));
  ok(performance.now() - startedMs < 1_500);
});

test("a faulty endpoint is passed over at once, whatever its fault", async () => {
  for (const fault of ["hang-up", "refuse", "garbage"] as const) {
    await using setting = await poolOver(["none", "none"]);
    const { pool, proxies } = setting;
    await pool.call("eth_blockNumber");
    const first = proxies.findIndex((proxy) => proxy.asked("eth_blockNumber") === 1);
    await proxies[first]!.become(fault);
    equal(await pool.call("eth_blockNumber"), await anvil.call("eth_blockNumber"), fault);
  }
});

test("three faults put an endpoint into quarantine, from which a good probe brings it back", async () => {
  await using setting = await poolOver(["none", "none"]);
  const { pool, proxies, clock } = setting;
  await pool.head();
  await proxies[0]!.become("hang-up");
  for (let round = 0; round < 3; round += 1) await pool.probe();
  deepEqual(statuses(pool), ["quarantined", "healthy"]);
  await proxies[0]!.become("none");
  await pool.probe();
  equal(statuses(pool)[0], "quarantined");
  await clock.advance(1_000);
  await pool.probe();
  deepEqual(statuses(pool), ["healthy", "healthy"]);
});

test("quarantine grows while the fault stays", async () => {
  await using setting = await poolOver(["wrong-chain"]);
  const { pool, proxies, clock } = setting;
  await pool.probe();
  const askedAfter = async (ms: number) => {
    const before = proxies[0]!.asked("eth_chainId");
    await clock.advance(ms);
    await pool.probe();
    return proxies[0]!.asked("eth_chainId") - before;
  };
  equal(await askedAfter(1_000), 1);
  equal(await askedAfter(1_000), 0);
  equal(await askedAfter(1_000), 1);
});

test("without a usable endpoint the failure is retryable and names the faults, not the addresses", async () => {
  const secretPath = "/v3/0123456789abcdef";
  const { logger, lines } = captureLogger();
  await using proxy = await startFaultyRpc(anvil.url);
  await proxy.become("hang-up");
  await using pool = createRpcPool({
    urls: [`${proxy.url}${secretPath}`],
    chainId: anvil.chainId,
    clock: new MovedClock(),
    logger,
    timeoutMs: 200,
  });
  for (let round = 0; round < 3; round += 1) await pool.probe();
  await rejects(pool.head(), (error: unknown) => {
    const { code, retryable, details } = error as { code: string; retryable: boolean; details: object };
    deepEqual([code, retryable], ["RPC_UNREACHABLE", true]);
    match(JSON.stringify(details), /UNREACHABLE/);
    return !JSON.stringify(details).includes(secretPath);
  });
  match(lines.map(({ message }) => message).join(), /An RPC endpoint is quarantined/);
  equal(JSON.stringify(lines).includes(secretPath), false);
});

test("what the node itself refuses is not asked of another endpoint", async () => {
  await using setting = await poolOver(["none", "none"]);
  const { pool, proxies } = setting;
  await rejects(pool.call("eth_sendRawTransaction", ["0x00"]), { code: "RPC_ERROR", retryable: false });
  equal(
    proxies.reduce((sum, proxy) => sum + proxy.asked("eth_sendRawTransaction"), 0),
    1,
  );
});
