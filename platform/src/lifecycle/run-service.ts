import { Failure } from "@assay/primitives/failure";
import { systemClock } from "../clock/clock.ts";
import { ConfigurationError, readSettings } from "../config/config.ts";
import { processEnvironment } from "../config/process-environment.ts";
import { oneOf } from "../config/setting.ts";
import { createLogger, LOG_LEVELS, type Logger } from "../logging/logger.ts";
import { startProblem } from "./start-problem.ts";

export interface ServiceOptions {
  readonly name: string;
  readonly version: string;
  /**
   * Starts the service; what it opens goes onto `resources` and is closed last to first. `logger` is the process's own.
   * @throws ConfigurationError or Failure: the process ends with one sentence about it.
   */
  start(resources: AsyncDisposableStack, logger: Logger): Promise<{ readonly url: string }>;
}

/** sysexits' EX_CONFIG: wrong settings, so starting again as it is will not help. */
export const EXIT_CONFIGURATION = 78;
const EXIT_FAILED = 1;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Runs a service until SIGTERM, SIGINT or the end of the process that started it, then closes everything within 10 s.
 * Anything unexpected is logged and ends the process: what is left half done is for the next start to find.
 */
export async function runService({ name, version, start }: ServiceOptions): Promise<void> {
  try {
    const logger = createLogger({ service: name, level: readLogLevel() });
    const resources = new AsyncDisposableStack();
    const stopping = listenForTheEnd(name, resources, logger);
    const { url } = await start(resources, logger);
    if (stopping()) return;
    logger.info({ url, version }, `${name} is ready`);
    process.send?.({ type: "ready", url });
  } catch (error) {
    failToStart(name, error);
  }
}

function readLogLevel() {
  return readSettings(processEnvironment, { ASSAY_LOG_LEVEL: oneOf(LOG_LEVELS).default("info") }).ASSAY_LOG_LEVEL;
}

/** What was opened so far ends with the process: a start that failed has acknowledged nothing. */
function failToStart(name: string, error: unknown): never {
  process.stderr.write(`${name} did not start: ${startProblem(error)}\n`);
  if (!(error instanceof ConfigurationError) && !(error instanceof Failure) && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  process.exit(error instanceof ConfigurationError ? EXIT_CONFIGURATION : EXIT_FAILED);
}

/** Returns a question: whether the end has begun. */
function listenForTheEnd(name: string, resources: AsyncDisposableStack, logger: Logger): () => boolean {
  let isStopping = false;
  const stop = async (reason: string, code: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ reason }, `${name} is stopping`);
    const late = systemClock.sleep(STOP_TIMEOUT_MS).then(() => "late" as const);
    const outcome = await Promise.race([close(resources, logger), late]);
    if (outcome === "late") logger.error({}, `${name} did not close within ${STOP_TIMEOUT_MS} ms`);
    process.exit(outcome === "closed" ? code : EXIT_FAILED);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal, 0));
  process.on("disconnect", () => void stop("the supervisor is gone", 0));
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (error: unknown) => {
      logger.error({ error }, `${name} met an error that nothing expected`);
      void stop(event, EXIT_FAILED);
    });
  return () => isStopping;
}

async function close(resources: AsyncDisposableStack, logger: Logger): Promise<"closed" | "broken"> {
  try {
    await resources.disposeAsync();
    return "closed";
  } catch (error) {
    logger.error({ error }, "Something did not close");
    return "broken";
  }
}
