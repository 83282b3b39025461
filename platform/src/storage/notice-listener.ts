import pg from "pg";
import { systemClock } from "../clock/clock.ts";
import { toDatabaseFailure } from "./database-failure.ts";

export interface NoticeListener extends AsyncDisposable {
  /** @throws Failure `DATABASE_UNAVAILABLE` when the first connection cannot be made. */
  listen(subscription: Subscription): Promise<AsyncDisposable>;
}

export interface Subscription {
  readonly channel: string;
  readonly onNotice: (payload: string) => void;
  /** Runs after each gap in which notices may have been missed. */
  readonly onReconnect?: (() => void) | undefined;
}

interface NoticeListenerOptions {
  readonly connection: pg.ClientConfig;
  readonly onError: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 2_000;
const HEARTBEAT_MS = 2_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/** One connection that hears all channels of a database. It asks for a sign of life every 2 s, as silence is its normal state. */
export function openNoticeListener(options: NoticeListenerOptions): NoticeListener {
  return new PostgresNoticeListener(options);
}

class PostgresNoticeListener implements NoticeListener {
  readonly #options: NoticeListenerOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #stopped = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #connecting: Promise<pg.Client> | undefined;
  #client: pg.Client | undefined;

  constructor(options: NoticeListenerOptions) {
    this.#options = options;
  }

  async listen(subscription: Subscription): Promise<AsyncDisposable> {
    this.#subscriptions.add(subscription);
    try {
      await this.#ask(await this.#connected(), listenStatement(subscription.channel));
    } catch (error) {
      this.#subscriptions.delete(subscription);
      throw toDatabaseFailure(error);
    }
    return { [Symbol.asyncDispose]: async () => void this.#subscriptions.delete(subscription) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#subscriptions.clear();
    const client = await this.#connecting?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  #connected(): Promise<pg.Client> {
    this.#connecting ??= this.#connect().catch((error) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...this.#options.connection,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
    });
    client.on("error", this.#options.onError);
    client.on("notification", ({ channel, payload }) => this.#announce(channel, payload ?? ""));
    await client.connect();
    this.#client = client;
    client.once("end", () => this.#lost(client));
    void this.#watch(client);
    return client;
  }

  /** One statement at a time, as the driver wants it. */
  #ask(client: pg.Client, text: string): Promise<unknown> {
    const answer = this.#last.then(() => client.query(text));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #announce(channel: string, payload: string): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.channel === channel) subscription.onNotice(payload);
    }
  }

  /** Without this a server that hangs, or a cable that was pulled, would look like a quiet channel for ever. */
  async #watch(client: pg.Client): Promise<void> {
    try {
      while (this.#client === client) {
        await systemClock.sleep(HEARTBEAT_MS, { signal: this.#stopped.signal });
        await this.#ask(client, "select 1");
      }
    } catch (error) {
      if (!this.#stopped.signal.aborted) {
        this.#options.onError(error instanceof Error ? error : new Error(String(error)));
        this.#lost(client);
      }
      client.end().catch(() => undefined);
    }
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client || this.#stopped.signal.aborted) return;
    this.#client = undefined;
    this.#connecting = undefined;
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    for (let delayMs = FIRST_RETRY_MS; !this.#stopped.signal.aborted; delayMs = Math.min(delayMs * 2, LAST_RETRY_MS)) {
      try {
        await systemClock.sleep(delayMs, { signal: this.#stopped.signal });
        const client = await this.#connected();
        for (const channel of new Set([...this.#subscriptions].map((one) => one.channel))) {
          await this.#ask(client, listenStatement(channel));
        }
        for (const subscription of this.#subscriptions) subscription.onReconnect?.();
        return;
      } catch {
        // Said by onError, or the next round says it.
      }
    }
  }
}

function listenStatement(channel: string): string {
  return `listen ${pg.escapeIdentifier(channel)}`;
}
