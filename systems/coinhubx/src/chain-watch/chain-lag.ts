import type { RpcPool } from "@assay/platform/evm-client/rpc-pool";
import type { Metrics } from "@assay/platform/metrics/metrics";

/** Watches the chain's head through the pool and shows how far what we use is behind the best that is known. */
export function addChainLag(metrics: Metrics, pool: RpcPool): void {
  metrics.gauge({
    name: "chain_lag_blocks",
    help: "Blocks that the endpoint in use is behind the highest one seen; absent when no endpoint answers.",
    async read() {
      const { number } = await pool.head();
      const heights = pool.endpoints().flatMap(({ height }) => (height === undefined ? [] : [height]));
      return Math.max(0, ...heights.map((height) => height - Number(number)));
    },
  });
}
