import { pino } from "pino";
import { redact, redactText } from "./redact.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Writes one JSON line per call: `{"level","time","service","pid",…fields,"message"}`. Field names are snake_case
 * (`request_id user_id duration_ms`); an error goes under `error`. Secrets and credentials are taken out on the way.
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger that adds `fields` to each line. */
  child(fields: object): Logger;
}

export interface LoggerOptions {
  readonly service: string;
  /** The lowest level written; default `info`. */
  readonly level?: LogLevel;
}

/** Where lines go; each ends in a newline. */
export interface LogOutput {
  write(line: string): void;
}

/** Warnings and errors go to standard error, the rest to standard output. */
export function createLogger(options: LoggerOptions): Logger {
  // Synchronous writes: the last line before a crash is the one that matters.
  return createSplitLogger(options, {
    out: pino.destination({ fd: 1, sync: true }),
    err: pino.destination({ fd: 2, sync: true }),
  });
}

export function createSplitLogger(
  { service, level = "info" }: LoggerOptions,
  outputs: { readonly out: LogOutput; readonly err: LogOutput },
): Logger {
  const streams = pino.multistream(
    [
      { level: "debug", stream: outputs.out },
      { level: "warn", stream: outputs.err },
    ],
    { dedupe: true },
  );
  const options = {
    level,
    base: { service, pid: process.pid },
    messageKey: "message",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(options, streams));
}

function wrap(target: pino.Logger): Logger {
  const write = (level: LogLevel) => (fields: object, message: string) => {
    if (target.isLevelEnabled(level)) target[level](redact(fields), redactText(message));
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => wrap(target.child(redact(fields))),
  };
}

const nothing = () => {};

/** For tests that do not look at the log. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
