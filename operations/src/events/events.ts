import { Failure } from "@assay/primitives/failure";
import type { PlaneEvent } from "../api/schema/events.ts";

/** Tells whoever listens that something changed. */
export interface EventPublisher {
  publish(event: PlaneEvent): void;
}

export interface Events extends EventPublisher, Disposable {
  /**
   * What is published from now until `signal` aborts. A reader that falls behind loses the messages in between and gets
   * one `{topic: "all"}` instead.
   * @throws Failure `TOO_MANY_LISTENERS` (retryable).
   */
  subscribe(signal: AbortSignal): AsyncIterable<PlaneEvent>;
  readonly listeners: number;
}

export interface EventsOptions {
  readonly maxListeners?: number;
  readonly maxWaiting?: number;
}

const RESYNC: PlaneEvent = { topic: "all", id: "" };

/** In memory, for the one process that serves the console. Publishing never waits and never fails. */
export function createEvents({ maxListeners = 200, maxWaiting = 100 }: EventsOptions = {}): Events {
  const listeners = new Set<Listener>();
  return {
    publish: (event) => {
      for (const listener of listeners) listener.push(event);
    },
    subscribe: (signal) => {
      if (listeners.size >= maxListeners) throw new Failure("TOO_MANY_LISTENERS", { retryable: true });
      const listener = new Listener(maxWaiting);
      listeners.add(listener);
      return listen(listener, { signal, onEnd: () => listeners.delete(listener) });
    },
    get listeners() {
      return listeners.size;
    },
    [Symbol.dispose]: () => {
      for (const listener of listeners) listener.close();
    },
  };
}

class Listener {
  readonly #maxWaiting: number;
  #waiting: PlaneEvent[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  push(event: PlaneEvent): void {
    if (this.#closed) return;
    const isKnown = this.#waiting.some(({ topic, id }) => topic === event.topic && id === event.id);
    if (!isKnown) this.#waiting = this.#waiting.length >= this.#maxWaiting ? [RESYNC] : [...this.#waiting, event];
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** The next messages, at least one; none when closed. */
  async take(): Promise<readonly PlaneEvent[]> {
    if (this.#waiting.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}

async function* listen(
  listener: Listener,
  { signal, onEnd }: { readonly signal: AbortSignal; readonly onEnd: () => void },
): AsyncIterable<PlaneEvent> {
  const close = () => listener.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    if (signal.aborted) return;
    for (let events = await listener.take(); events.length > 0; events = await listener.take()) yield* events;
  } finally {
    signal.removeEventListener("abort", close);
    listener.close();
    onEnd();
  }
}
