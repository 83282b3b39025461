import { assert } from "@assay/primitives/assert";
import type { Program } from "./die-with-parent.ts";

/**
 * How to ask a process whether it is there: a URL that answers 2xx, a port that accepts, a question of its own, or, for
 * one that answers nothing, whether it has run for a while.
 */
export type Probe =
  | { readonly url: string }
  | { readonly port: number }
  | { readonly hasRunForMs: number }
  | { readonly ask: (signal: AbortSignal) => Promise<void> };

/** One process for the supervisor to run. */
export interface ProcessSpec {
  readonly name: string;
  /** What it belongs to; commands may name the group instead of each process. */
  readonly group: string;
  readonly aliases?: readonly string[];
  /** A store keeps running when its group is restarted. */
  readonly kind: "service" | "store";
  readonly version?: string;
  /** Where people or processes reach it. */
  readonly address?: string;
  readonly program: Program;
  readonly workingDirectory?: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of processes that must be ready first. */
  readonly dependsOn?: readonly string[];
  /** Runs before each start, such as making a data folder. */
  readonly prepare?: () => Promise<void>;
  /** It can do its work. */
  readonly ready: Probe;
  /** Runs once it first answers, before it counts as ready. */
  readonly afterStart?: () => Promise<void>;
  /** It is alive; three misses in a row restart it. Without one, only its end does. */
  readonly alive?: Probe;
  readonly stopSignal?: NodeJS.Signals;
  /** Sent by the kernel when the supervisor dies. */
  readonly deathSignal?: "INT" | "TERM" | "KILL" | "none";
  /** Opens a channel whose end also tells a Node process that the supervisor is gone. */
  readonly ipc?: boolean;
  readonly startTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
  /** Makes the spec of a further replica on a port of its own; absent where there can be only one. */
  readonly replicate?: (replica: Replica) => Pick<ProcessSpec, "env" | "ready" | "alive" | "address">;
}

export interface Replica {
  /** 2 for the first further one. */
  readonly ordinal: number;
  readonly port: number;
}

/** The specs with each after all it depends on, otherwise in the order given. */
export function inStartOrder(specs: readonly ProcessSpec[]): ProcessSpec[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const ordered: ProcessSpec[] = [];
  const visit = (spec: ProcessSpec, path: readonly string[]): void => {
    assert(!path.includes(spec.name), `no process depends on itself: ${[...path, spec.name].join(" → ")}`);
    if (ordered.includes(spec)) return;
    for (const name of spec.dependsOn ?? []) {
      const dependency = byName.get(name);
      assert(dependency !== undefined, `${spec.name} depends on a process that exists: ${name}`);
      visit(dependency, [...path, spec.name]);
    }
    ordered.push(spec);
  };
  for (const spec of specs) visit(spec, []);
  return ordered;
}
