import type { Clock } from "../clock/clock.ts";
import type { ServerSentEvent } from "./route.ts";

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 2_000;

/**
 * The text of a `text/event-stream` answer: the events, and a comment every 15 s so that both ends notice a dead
 * connection. Ends when `events` ends or `signal` aborts.
 */
export async function* eventStreamText(
  events: AsyncIterable<ServerSentEvent>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const iterator = events[Symbol.asyncIterator]();
  const ended = whenAborted(signal).then(() => "ended" as const);
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    let next = iterator.next();
    while (!signal.aborted) {
      const arrived = await firstOf(next, ended, clock);
      if (arrived === "ended") return;
      if (arrived === "silence") yield ":\n\n";
      else if (arrived.done === true) return;
      else {
        yield eventText(arrived.value);
        next = iterator.next();
      }
    }
  } finally {
    // Not awaited: a generator that waits for its next event returns only when that event comes.
    void iterator.return?.()?.then(undefined, () => undefined);
  }
}

async function firstOf<T>(
  next: Promise<IteratorResult<T>>,
  ended: Promise<"ended">,
  clock: Clock,
): Promise<IteratorResult<T> | "ended" | "silence"> {
  const waiting = new AbortController();
  const silence = clock.sleep(HEARTBEAT_MS, { signal: waiting.signal }).then(() => "silence" as const);
  silence.catch(() => undefined);
  try {
    return await Promise.race([next, ended, silence]);
  } finally {
    waiting.abort();
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** JSON has no raw line break, so one `data` line holds any value; names and ids are our own words without breaks. */
function eventText({ event, data, id }: ServerSentEvent): string {
  const head = id === undefined ? "" : `id: ${oneLine(id)}\n`;
  return `${head}event: ${oneLine(event)}\ndata: ${JSON.stringify(data)}\n\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, " ");
}
