import { type ChildProcess, spawn } from "node:child_process";
import { Failure } from "@assay/primitives/failure";
import { type Clock, systemClock } from "../clock/clock.ts";
import { findFreePort } from "../supervisor/free-port.ts";
import { signalTree } from "../supervisor/process-tree.ts";
import { askPostgres } from "./ask-postgres.ts";
import { postgresCommand, removeStalePidFile } from "./embedded-postgres.ts";
import type { RunAs } from "./server-user.ts";
import { sqlStateOf } from "./sql-state.ts";

export interface PostgresServerOptions {
  readonly dataDirectory: string;
  readonly password: { reveal(): string };
  /** Without one, a free port of the loopback interface is taken and kept over restarts. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly runAs?: RunAs;
  /** Recovery after a crash or from a backup may take longer than the default 60 s. */
  readonly startTimeoutMs?: number;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 10;
/** After a crash the dead server's children hold its lock file and memory for a moment. */
const LEFTOVER = /lock file .* already exists|pre-existing shared memory block/;
const LEFTOVER_RETRY_MS = 2_500;
const INVALID_PASSWORD = "28P01";
const PORT_TAKEN = /could not bind|Address already in use/;

/**
 * A server over a prepared cluster as a child of this process, for tests, restores and tools; the supervisor runs the
 * long-lived ones. It never outlives this process, and does not keep it from ending.
 */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const server = new PostgresServer(options, options.port ?? (await findFreePort()));
  await server.start();
  return server;
}

export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #options: PostgresServerOptions;
  readonly #clock: Clock;
  #child: ChildProcess | undefined;
  #complaint = "";

  constructor(options: PostgresServerOptions, port: number) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.port = port;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** A login of the superuser. */
  url(database = "postgres"): string {
    const password = encodeURIComponent(this.#options.password.reveal());
    return `postgres://postgres:${password}@127.0.0.1:${this.port}/${database}`;
  }

  /** @throws Failure `POSTGRES_NOT_STARTED`, with the server's own words in `details.reason`. */
  async start(): Promise<void> {
    const startedMs = this.#clock.monotonicMs();
    const limitMs = startedMs + (this.#options.startTimeoutMs ?? START_TIMEOUT_MS);
    await removeStalePidFile(this.#options.dataDirectory);
    let child = this.#spawn();
    while (!(await this.#answers())) {
      const nowMs = this.#clock.monotonicMs();
      if (hasEnded(child)) {
        if (!LEFTOVER.test(this.#complaint) || nowMs - startedMs > LEFTOVER_RETRY_MS) throw this.#notStarted();
        await this.#clock.sleep(100);
        child = this.#spawn();
      } else if (nowMs > limitMs) {
        this.kill();
        throw this.#notStarted();
      }
      await this.#clock.sleep(POLL_MS);
    }
  }

  /** Fast shutdown: open transactions are rolled back, everything is written. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    this.resume();
    child.kill("SIGINT");
    const timer = new AbortController();
    const limit = this.#clock.sleep(STOP_TIMEOUT_MS, { signal: timer.signal }).then(
      () => signalTree(child.pid!, "SIGKILL"),
      () => undefined,
    );
    await ended;
    timer.abort();
    await limit;
  }

  /** Immediate shutdown: ends at once and recovers at the next start, without leaving shared memory behind. */
  quit(): void {
    this.resume();
    if (this.#child !== undefined && !hasEnded(this.#child)) this.#child.kill("SIGQUIT");
  }

  /** As a power cut: every process of the server gets SIGKILL. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  /** The server keeps its connections and says nothing. */
  pause(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #signal(signal: NodeJS.Signals): void {
    const child = this.#child;
    if (child?.pid !== undefined && !hasEnded(child)) signalTree(child.pid, signal);
  }

  #spawn(): ChildProcess {
    const { command, args, env } = postgresCommand({ ...this.#options, port: this.port });
    this.#complaint = "";
    // Detached, so that Ctrl-C in a terminal reaches us alone and the server ends after its users.
    const child = spawn(command, args, { env, cwd: "/", detached: true, stdio: ["pipe", "ignore", "pipe"] });
    child.once("error", (error) => this.#hear(error.message));
    child.stderr.on("data", (chunk: Buffer) => this.#hear(chunk.toString()));
    child.unref();
    for (const stream of [child.stdin, child.stderr]) (stream as unknown as { unref(): void }).unref();
    this.#child = child;
    return child;
  }

  #hear(text: string): void {
    this.#complaint = (this.#complaint + text).slice(-4_000);
  }

  async #answers(): Promise<boolean> {
    try {
      await askPostgres({ reveal: () => this.url() });
      return true;
    } catch (error) {
      // A refused login is an answer: the server runs, and its password is another one.
      const { cause } = error as Failure;
      if (sqlStateOf(cause) === INVALID_PASSWORD) throw this.#notStarted(cause);
      return false;
    }
  }

  #notStarted(cause?: unknown): Failure {
    const reason = cause instanceof Error ? cause.message : this.#complaint.trim() || "no answer in time";
    const retryable = PORT_TAKEN.test(this.#complaint);
    return new Failure("POSTGRES_NOT_STARTED", { retryable, cause, details: { reason, port: this.port } });
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
