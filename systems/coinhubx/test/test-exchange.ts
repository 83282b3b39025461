import { join } from "node:path";
import type { Environment } from "@assay/platform/config/setting";
import { type FetchOptions, fetchJson } from "@assay/platform/http/http-client";
import { type CapturedLine, captureLogger } from "@assay/platform/logging/capture-logger";
import { startTestDatabase, type TestDatabase } from "@assay/platform/testing/test-database";
import { assert } from "@assay/primitives/assert";
import { startBackend } from "../src/coinhubx.ts";
import { readConfig } from "../src/config.ts";
import { startTestPlane, type TestPlane } from "./test-plane.ts";

export const TEST_PASSWORD = "correct horse battery";
const MIGRATIONS = join(import.meta.dirname, "../migrations");

export interface TestCustomer {
  readonly id: string;
  readonly email: string;
  /** A session's bearer token. */
  readonly token: string;
}

/** An answer's JSON as a test walks through it; comparisons say what it must be. */
export interface Json {
  readonly [member: string]: Json;
  readonly [index: number]: Json;
}

export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

/** A started backend with its own database, and a plane that signs tokens. */
export interface TestExchange extends AsyncDisposable {
  readonly url: string;
  readonly plane: TestPlane;
  readonly database: TestDatabase;
  readonly lines: readonly CapturedLine[];
  readonly customers: Readonly<Record<string, TestCustomer>>;
  call(request: string, options?: Omit<FetchOptions, "method">): Promise<Reply>;
  register(name: string): Promise<TestCustomer>;
}

export interface TestExchangeOptions {
  /** What customers begin with, registered under these names: `{ alice: { USDT: "1000" } }`. */
  readonly balances?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly env?: Environment;
  /** A folder for backups of its own cluster. */
  readonly backupDirectory?: string;
  readonly ownCluster?: boolean;
}

export async function startTestExchange(options: TestExchangeOptions = {}): Promise<TestExchange> {
  const resources = new AsyncDisposableStack();
  try {
    return await start(options, resources);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

async function start(options: TestExchangeOptions, resources: AsyncDisposableStack): Promise<TestExchange> {
  const { balances = {}, env = {}, backupDirectory } = options;
  const ownCluster = options.ownCluster ?? backupDirectory !== undefined;
  const database = resources.use(
    await startTestDatabase({ migrations: [MIGRATIONS], role: "coinhubx_app", ownCluster }),
  );
  const plane = resources.use(await startTestPlane());
  const { logger, lines } = captureLogger();
  const config = readConfig({
    DATABASE_URL: database.url.reveal(),
    COINHUBX_PORT: "0",
    COINHUBX_PLANE_URL: plane.url,
    COINHUBX_PLANE_KEY: "test-plane-key-0123456789",
    COINHUBX_SEALING_KEY: "test-sealing-key-0123456789abcdef",
    ...(backupDirectory === undefined
      ? {}
      : { COINHUBX_BACKUP_DIR: backupDirectory, COINHUBX_DATA_DIRECTORY: database.dataDirectory }),
    ...env,
  });
  const { url } = await startBackend({ config, version: "0.0.1", logger, resources });
  const call = (request: string, more: Omit<FetchOptions, "method"> = {}): Promise<Reply> => {
    const [method, path] = request.split(" ") as ["GET", string];
    return fetchJson(`${url}${path}`, { method, timeoutMs: 20_000, ...more }) as Promise<unknown> as Promise<Reply>;
  };
  const customers: Record<string, TestCustomer> = {};
  const register = async (name: string): Promise<TestCustomer> => {
    const email = `${name}@example.com`;
    const body = { email, password: TEST_PASSWORD, transport: "bearer" };
    const reply = await call("POST /api/auth/register", { body });
    assert(reply.status === 201, `${name} can register: ${JSON.stringify(reply.body)}`);
    const registered = { id: String(reply.body.user_id), email, token: String(reply.body.session_token) };
    customers[name] = registered;
    return registered;
  };
  for (const [name, amounts] of Object.entries(balances)) {
    const { token } = await register(name);
    for (const [asset, amount] of Object.entries(amounts)) {
      const headers = { "idempotency-key": `opening-balance-${asset}` };
      const reply = await call("POST /api/faucet", { token, headers, body: { asset, amount } });
      assert(reply.status === 201, `${name} gets ${amount} ${asset}: ${JSON.stringify(reply.body)}`);
    }
  }
  return {
    ...{ url, plane, database, lines, customers, call, register },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
