import { createSplitLogger, type Logger } from "./logger.ts";

export interface CapturedLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface CapturedLog {
  readonly logger: Logger;
  /** What was written so far, parsed. */
  readonly lines: readonly CapturedLine[];
}

/** A logger whose lines a test can look at, at level `debug`. */
export function captureLogger(service = "test"): CapturedLog {
  const lines: CapturedLine[] = [];
  const output = { write: (line: string) => lines.push(JSON.parse(line) as CapturedLine) };
  return { logger: createSplitLogger({ service, level: "debug" }, { out: output, err: output }), lines };
}
