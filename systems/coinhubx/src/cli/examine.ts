import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { Secret } from "@assay/platform/config/secret";
import { fetchJson } from "@assay/platform/http/http-client";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { sql } from "@assay/platform/storage/sql";

export interface Examination {
  readonly check: string;
  readonly verdict: "good" | "warning" | "bad";
  readonly finding: string;
  readonly duration_ms: number;
}

const TIMEOUT_MS = 3_000;

/** The database: what is configured (without its password), whether its name resolves, answers and lets us in. */
export async function examineDatabase(context: CommandContext): Promise<Examination[]> {
  const url = new URL(await context.databaseUrl("coinhubx"));
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "redacted";
  const port = url.port === "" ? 5432 : Number(url.port);
  return [
    { check: "DATABASE_URL", verdict: "good", finding: shown.href, duration_ms: 0 },
    await look(context, "database name", async () => (await lookup(url.hostname)).address),
    await look(context, "database tcp", () => reach(url.hostname, port)),
    await look(context, "database login", () => signIn(url.href)),
  ];
}

/** Everything else that the exchange talks to. */
export async function examineEdges(context: CommandContext): Promise<Examination[]> {
  const { env } = context;
  const rpc = (env.COINHUBX_RPC_URLS ?? "").split(",").filter((url) => url.trim() !== "");
  const plane = await context.serviceUrl("operations");
  const smtp = URL.parse(env.COINHUBX_SMTP_URL ?? "");
  const looks = [
    look(context, "plane", () => askPlane(plane)),
    ...rpc.map((url, index) => look(context, `rpc ${index + 1}`, () => askChain(url.trim()))),
    ...(smtp === null ? [] : [look(context, "mail server", () => reach(smtp.hostname, Number(smtp.port || 25)))]),
  ];
  return await Promise.all(looks);
}

async function look({ clock }: CommandContext, check: string, work: () => Promise<string>): Promise<Examination> {
  const startedMs = clock.monotonicMs();
  const seen = await work().then(
    (finding) => ({ verdict: "good" as const, finding }),
    (error: unknown) => ({ verdict: "bad" as const, finding: reasonOf(error) }),
  );
  return { check, ...seen, duration_ms: Math.round(clock.monotonicMs() - startedMs) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}

function reach(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.once("connect", () => end(() => resolve(`${host}:${port} accepts connections`)));
    socket.once("timeout", () =>
      end(() => reject(new Error(`${host}:${port} does not answer within ${TIMEOUT_MS} ms`))),
    );
    socket.once("error", (error) => end(() => reject(error)));
  });
}

async function signIn(url: string): Promise<string> {
  await using database = openDatabase({ url: new Secret(url), applicationName: "assay doctor", maxConnections: 1 });
  const [row] = await database.query<{ version: string }>(sql`select current_setting('server_version') as version`);
  return `PostgreSQL ${row!.version} lets us in`;
}

async function askPlane(url: string): Promise<string> {
  const { status } = await fetchJson(`${url}/.well-known/jwks.json`, { timeoutMs: TIMEOUT_MS });
  if (status !== 200) throw new Error(`${url} answered ${status} without its keys`);
  return `${url} hands out its keys`;
}

async function askChain(url: string): Promise<string> {
  const body = { jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] };
  const { status, body: answer } = await fetchJson(url, { method: "POST", body, timeoutMs: TIMEOUT_MS });
  const block = (answer as { result?: unknown } | undefined)?.result;
  if (status !== 200 || typeof block !== "string") throw new Error(`it answered ${status} without a block`);
  return `at block ${Number(block)}`;
}
