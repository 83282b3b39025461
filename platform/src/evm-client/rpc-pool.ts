import { assert } from "@assay/primitives/assert";
import { Failure } from "@assay/primitives/failure";
import type { JsonValue } from "@assay/primitives/json";
import type { Clock } from "../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { BlockHead } from "./block-head.ts";
import { askHedged } from "./hedged-question.ts";
import { isLagging, rankEndpoints, referenceHeight } from "./rank-endpoints.ts";
import { type EndpointState, type EndpointStatus, RpcEndpoint } from "./rpc-endpoint.ts";

export interface RpcPoolOptions {
  /** Addresses may hold a provider's key; they are never logged. */
  readonly urls: readonly string[];
  /** Every endpoint must be on this chain. */
  readonly chainId: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For one question to one endpoint; default 3 s. */
  readonly timeoutMs?: number;
  /** How many blocks an endpoint may be behind the best and still be asked; default 3. */
  readonly maxHeadLag?: number;
  /** When the first endpoint has not answered by then, the next is asked too; default 300 ms. */
  readonly hedgeAfterMs?: number;
  /** How often each endpoint is looked at; default 2 s. */
  readonly probeEveryMs?: number;
}

export interface AskOptions {
  /** Off for what must not be asked twice at once; default on. */
  readonly hedged?: boolean;
}

/** Several JSON-RPC endpoints of one chain, used as one that is always up and never behind. */
export interface RpcPool extends AsyncDisposable {
  /**
   * Asks the best endpoint, and others when it is slow or faulty.
   * @throws Failure `RPC_UNREACHABLE` (retryable) when no endpoint is usable; `RPC_ERROR` when the node refuses the question.
   */
  call(method: string, params?: readonly JsonValue[], options?: AskOptions): Promise<JsonValue>;
  /** The newest block of the best endpoint. @throws Failure `RPC_UNREACHABLE`. */
  head(): Promise<BlockHead>;
  endpoints(): readonly EndpointState[];
  /** Looks at every endpoint now. */
  probe(): Promise<void>;
}

const DEFAULTS = { timeoutMs: 3_000, maxHeadLag: 3, hedgeAfterMs: 300, probeEveryMs: 2_000 };

export function createRpcPool(options: RpcPoolOptions): RpcPool {
  return new HttpRpcPool({ ...DEFAULTS, ...options });
}

class HttpRpcPool implements RpcPool {
  readonly #options: Required<RpcPoolOptions>;
  readonly #endpoints: readonly RpcEndpoint[];
  readonly #stop = new AbortController();
  readonly #statuses = new Map<RpcEndpoint, EndpointStatus>();
  readonly #firstProbe: Promise<void>;
  readonly #watching: Promise<void>;

  constructor(options: Required<RpcPoolOptions>) {
    const { urls, chainId, clock, timeoutMs } = options;
    assert(urls.length > 0, "a pool has at least one endpoint");
    this.#options = options;
    this.#endpoints = urls.map((url) => new RpcEndpoint({ url, chainId, clock, timeoutMs }));
    this.#firstProbe = this.probe();
    this.#watching = this.#watch();
  }

  async call(
    method: string,
    params: readonly JsonValue[] = [],
    { hedged = true }: AskOptions = {},
  ): Promise<JsonValue> {
    const candidates = await this.#candidates();
    const hedgeAfterMs = hedged ? this.#options.hedgeAfterMs : Number.POSITIVE_INFINITY;
    return await askHedged(candidates, (endpoint, signal) => endpoint.ask(method, params, signal), {
      clock: this.#options.clock,
      hedgeAfterMs,
    });
  }

  async head(): Promise<BlockHead> {
    const candidates = await this.#candidates();
    const { clock, hedgeAfterMs } = this.#options;
    return await askHedged(candidates, (endpoint) => endpoint.head(), { clock, hedgeAfterMs });
  }

  endpoints(): readonly EndpointState[] {
    return this.#endpoints.map((endpoint) => {
      const { name, height, latencyMs, fault } = endpoint;
      return { name, height, latencyMs, fault, status: this.#statusOf(endpoint) };
    });
  }

  async probe(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.probe()));
    this.#logChanges();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #candidates(): Promise<readonly RpcEndpoint[]> {
    await this.#firstProbe;
    const ranked = rankEndpoints(this.#endpoints, this.#options.maxHeadLag);
    if (ranked.length > 0) return ranked;
    const faults = Object.fromEntries(this.#endpoints.map(({ name, fault }) => [name, fault ?? "LAGGING"]));
    throw new Failure("RPC_UNREACHABLE", { retryable: true, details: { faults } });
  }

  #statusOf(endpoint: RpcEndpoint): EndpointStatus {
    if (endpoint.isQuarantined) return "quarantined";
    if (endpoint.height === undefined) return "unknown";
    const reference = referenceHeight(this.#endpoints);
    return isLagging(endpoint, reference, this.#options.maxHeadLag) ? "lagging" : "healthy";
  }

  #logChanges(): void {
    for (const endpoint of this.#endpoints) {
      const status = this.#statusOf(endpoint);
      const before = this.#statuses.get(endpoint);
      this.#statuses.set(endpoint, status);
      if (status === before || (before === undefined && status === "healthy")) continue;
      const { name, height, fault } = endpoint;
      const level = status === "healthy" ? "info" : "warn";
      this.#options.logger[level]({ endpoint: name, height, fault, before }, `An RPC endpoint is ${status}`);
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    await this.#firstProbe;
    while (!signal.aborted) {
      await this.#options.clock.sleep(this.#options.probeEveryMs, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.probe();
    }
  }
}
