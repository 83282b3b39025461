import { useEffect, useRef, useState } from "react";

export interface StreamState {
  readonly live: boolean;
  /** When the last event came, in milliseconds since the epoch; undefined before the first. */
  readonly lastEventAt: number | undefined;
}

/**
 * Follows a server-sent event stream while mounted. The browser reconnects by itself; `live` is false meanwhile, so that
 * a page can say that what it shows is getting old.
 * @param events names of the events to hear, a constant list
 */
export function useEventStream(
  url: string | undefined,
  events: readonly string[],
  onEvent: (name: string, data: unknown) => void,
): StreamState {
  const [state, setState] = useState<StreamState>({ live: false, lastEventAt: undefined });
  const handler = useRef(onEvent);
  handler.current = onEvent;
  const names = events.join(" ");
  useEffect(() => {
    if (url === undefined) return;
    const source = new EventSource(url, { withCredentials: true });
    source.onopen = () => setState((before) => ({ ...before, live: true }));
    source.onerror = () => setState((before) => ({ ...before, live: false }));
    for (const name of names.split(" ")) {
      source.addEventListener(name, (event) => {
        setState({ live: true, lastEventAt: Date.now() });
        handler.current(name, readData(event.data));
      });
    }
    return () => source.close();
  }, [url, names]);
  return state;
}

function readData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
