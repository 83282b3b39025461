import type { Clock } from "@assay/platform/clock/clock";
import { SECOND_MS } from "@assay/primitives/instant";
import { createRedactor } from "./redact.ts";

export interface LiveOutputOptions {
  readonly clock: Clock;
  /** Told at most twice a second for each step run. */
  readonly changed: (stepRunId: string) => void;
}

const MOST_CHARACTERS = 16 * 1024;
const TELL_EVERY_MS = SECOND_MS / 2;

/**
 * What programs have printed so far, while they run: in memory only, by whole lines so that no secret is shown in halves,
 * and redacted like everything that is kept. The judged output is written when the step ends.
 */
export class LiveOutput {
  readonly #options: LiveOutputOptions;
  readonly #texts = new Map<string, { text: string; toldAtMs: number }>();

  constructor(options: LiveOutputOptions) {
    this.#options = options;
  }

  /** All that a step run has printed until now. */
  write(stepRunId: string, printed: string, redactedNames: readonly string[]): void {
    const whole = printed.slice(0, printed.lastIndexOf("\n") + 1);
    const text = createRedactor({ names: redactedNames }).text(whole.slice(-MOST_CHARACTERS));
    const now = this.#options.clock.monotonicMs();
    const known = this.#texts.get(stepRunId);
    if (known?.text === text) return;
    const isDue = known === undefined || now - known.toldAtMs >= TELL_EVERY_MS;
    this.#texts.set(stepRunId, { text, toldAtMs: isDue ? now : known.toldAtMs });
    if (isDue) this.#options.changed(stepRunId);
  }

  /** Undefined when nothing was printed, or another process runs the step. */
  read(stepRunId: string): string | undefined {
    return this.#texts.get(stepRunId)?.text;
  }

  end(stepRunId: string): void {
    this.#texts.delete(stepRunId);
  }
}
