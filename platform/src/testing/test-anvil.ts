import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Failure } from "@assay/primitives/failure";
import type { JsonValue } from "@assay/primitives/json";
import { callJsonRpc } from "../evm-client/json-rpc.ts";
import { dieWithParent } from "../supervisor/die-with-parent.ts";

/** A real EVM devnet of its own on loopback, blocks on demand. */
export interface TestAnvil extends AsyncDisposable {
  readonly url: string;
  readonly chainId: number;
  mine(blocks: number): Promise<void>;
  call(method: string, params?: readonly JsonValue[]): Promise<JsonValue>;
}

const START_TIMEOUT_MS = 15_000;
const CALL_TIMEOUT_MS = 5_000;

export async function startTestAnvil(options: { readonly chainId?: number } = {}): Promise<TestAnvil> {
  const { chainId = 31_337 } = options;
  const args = ["--port", "0", "--host", "127.0.0.1", "--chain-id", String(chainId), "--no-mining", "--accounts", "2"];
  const { command, args: wrapped } = dieWithParent({ command: anvilPath(), args }, "KILL");
  const child = spawn(command, wrapped, { stdio: ["pipe", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const url = await listeningUrl(child.stdout);
  const call = (method: string, params: readonly JsonValue[] = []) =>
    callJsonRpc(url, { method, params }, { timeoutMs: CALL_TIMEOUT_MS });
  return {
    url,
    chainId,
    call,
    mine: async (blocks) => {
      await call("anvil_mine", [`0x${blocks.toString(16)}`]);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function anvilPath(): string {
  const require = createRequire(import.meta.url);
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  return join(
    dirname(require.resolve(`@foundry-rs/anvil-${process.platform}-${architecture}/package.json`)),
    "bin/anvil",
  );
}

async function listeningUrl(output: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface(output);
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  timeout.addEventListener("abort", () => lines.close(), { once: true });
  for await (const line of lines) {
    const address = /^Listening on (\S+)$/.exec(line)?.[1];
    if (address !== undefined) {
      // What it prints later is not read by anybody; it must still flow.
      output.resume();
      return `http://${address}`;
    }
  }
  throw new Failure("ANVIL_DID_NOT_START", { retryable: false });
}
