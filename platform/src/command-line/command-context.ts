import type { Clock } from "../clock/clock.ts";
import type { Environment } from "../config/setting.ts";
import type { Random } from "../random/random.ts";
import type { Terminal } from "./terminal.ts";

/** What every command gets; the commands of a system need nothing else. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** `$ASSAY_HOME`, or `.assay` in the repository. */
  readonly stateDirectory: string;
  readonly repository: string;
  /** Asks the person at the terminal; a hidden answer is not shown. @throws UsageError when nobody is there. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  /** All of standard input; empty when it is a terminal. */
  readInput(): Promise<string>;
  /** Where a service of the running stack is, such as `coinhubx-backend`; a setting in the environment wins. */
  serviceUrl(service: string): Promise<string>;
  /** The superuser's login to a system's database. @throws ConfigurationError when there is none here. */
  databaseUrl(system: string): Promise<string>;
  /** A short-lived token for a system, in the name of who signed in with `assay login`. */
  accessToken(system: string): Promise<string>;
}
