import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";

export interface RepeatOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
}

/** Runs `work` now and then each `everyMs` after it ended, until disposed. A failure is logged once per streak, and the next round comes. */
export function repeat({ clock, logger, name, everyMs }: RepeatOptions, work: () => Promise<unknown>): AsyncDisposable {
  const stop = new AbortController();
  let isFailing = false;
  const round = async (): Promise<void> => {
    try {
      await work();
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.warn({ error, loop: name }, "A recurring task fails");
      isFailing = true;
    }
  };
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await round();
      await clock.sleep(everyMs, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
