import type { JsonValue } from "@assay/primitives/json";
import type { Clock } from "../clock/clock.ts";
import { type BlockHead, parseBlockHead, parseQuantity } from "./block-head.ts";
import { callJsonRpc, EndpointError, type EndpointFault } from "./json-rpc.ts";

/** `unknown` has not been looked at; `lagging` is too far behind the best; `quarantined` is not asked for a while. */
export type EndpointStatus = "unknown" | "healthy" | "lagging" | "quarantined";

export interface EndpointState {
  /** Host and port, without what may be a key. */
  readonly name: string;
  readonly status: EndpointStatus;
  readonly height: number | undefined;
  /** Average of the last probes. */
  readonly latencyMs: number | undefined;
  readonly fault: EndpointFault | undefined;
}

export interface EndpointOptions {
  readonly url: string;
  readonly chainId: number;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const FAULTS_TO_QUARANTINE = 3;
const FIRST_QUARANTINE_MS = 1_000;
const LONGEST_QUARANTINE_MS = 60_000;
const NEWEST_WEIGHT = 0.3;

/** One JSON-RPC endpoint, and what is known of it. */
export class RpcEndpoint {
  readonly name: string;
  readonly #options: EndpointOptions;
  #head: BlockHead | undefined;
  #latencyMs: number | undefined;
  #fault: EndpointFault | undefined;
  #faults = 0;
  #quarantineMs = 0;
  #quarantinedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.name = new URL(options.url).host;
  }

  get height(): number | undefined {
    return this.#head?.number;
  }

  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  get fault(): EndpointFault | undefined {
    return this.#fault;
  }

  /** In quarantine until a probe after its time succeeds. */
  get isQuarantined(): boolean {
    return this.#quarantineMs > 0;
  }

  /** @throws EndpointError, Failure `RPC_ERROR`. */
  async ask(method: string, params: readonly JsonValue[], signal?: AbortSignal): Promise<JsonValue> {
    const limits = { timeoutMs: this.#options.timeoutMs, ...(signal === undefined ? {} : { signal }) };
    try {
      const answer = await callJsonRpc(this.#options.url, { method, params }, limits);
      this.#faults = 0;
      return answer;
    } catch (error) {
      // Somebody else's answer was faster: that is no fault.
      if (error instanceof EndpointError && signal?.aborted !== true) this.#blame(error.fault);
      throw error;
    }
  }

  /** Looks at its chain and head, unless it is in quarantine; never throws. */
  async probe(): Promise<void> {
    const { clock, chainId } = this.#options;
    if (clock.monotonicMs() < this.#quarantinedUntilMs) return;
    const startedMs = clock.monotonicMs();
    try {
      const [chain, block] = await Promise.all([
        this.ask("eth_chainId", []),
        this.ask("eth_getBlockByNumber", ["latest", false]),
      ]);
      if (parseQuantity(chain) !== chainId) return this.#quarantine("WRONG_CHAIN");
      const head = parseBlockHead(block);
      if (head === undefined) return this.#blame("BAD_ANSWER");
      this.#learn(head, clock.monotonicMs() - startedMs);
    } catch (error) {
      if (!(error instanceof EndpointError)) this.#blame("REFUSED");
      // A probe that fails after quarantine ends puts it back at once.
      if (this.isQuarantined) this.#quarantine(this.#fault ?? "UNREACHABLE");
    }
  }

  /** Its newest block. @throws EndpointError */
  async head(): Promise<BlockHead> {
    const head = parseBlockHead(await this.ask("eth_getBlockByNumber", ["latest", false]));
    if (head === undefined) {
      this.#blame("BAD_ANSWER");
      throw new EndpointError("BAD_ANSWER", "not a block");
    }
    this.#head = head;
    return head;
  }

  #learn(head: BlockHead, latencyMs: number): void {
    this.#head = head;
    const before = this.#latencyMs ?? latencyMs;
    this.#latencyMs = before + NEWEST_WEIGHT * (latencyMs - before);
    this.#fault = undefined;
    this.#faults = 0;
    this.#quarantineMs = 0;
  }

  #blame(fault: EndpointFault): void {
    this.#fault = fault;
    this.#faults += 1;
    if (this.#faults >= FAULTS_TO_QUARANTINE) this.#quarantine(fault);
  }

  #quarantine(fault: EndpointFault): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#fault = fault;
    if (nowMs < this.#quarantinedUntilMs) return;
    this.#quarantineMs = Math.min(LONGEST_QUARANTINE_MS, Math.max(FIRST_QUARANTINE_MS, this.#quarantineMs * 2));
    this.#quarantinedUntilMs = nowMs + this.#quarantineMs;
  }
}
