import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { EventPublisher } from "../events/events.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type ManifestProblem, parseManifest } from "../manifest/parse-manifest.ts";
import type { ManifestSource } from "./manifest-source.ts";
import { keepManifest, keptManifests, manifestDigest } from "./manifest-store.ts";
import { MonitoredSystem } from "./monitored-system.ts";
import { SystemWatch } from "./system-watch.ts";

/** One configured source and how its last reading went. */
export interface SourceState {
  readonly name: string;
  /** Null until a manifest was accepted. */
  readonly system: string | null;
  readonly readAt: Instant | null;
  /** Why the last reading was refused; the manifest before it stays in force. */
  readonly problems: readonly ManifestProblem[];
}

export interface Systems extends AsyncDisposable {
  list(): readonly MonitoredSystem[];
  find(system: string): MonitoredSystem | undefined;
  /** Base address of the system: its own paths (`/ops/…`, runbooks) are under it. */
  url(system: string): string | undefined;
  sources(): readonly SourceState[];
  /** Reads every source once; for a start that wants to know, and for tests. */
  refresh(): Promise<void>;
  /** Begins to read, probe and scrape on its own. */
  start(): void;
}

export interface SystemsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventPublisher;
  readonly sources: readonly ManifestSource[];
  /** A service token of the plane for the audience `system`. */
  readonly token: (system: string) => Promise<string>;
  readonly manifestIntervalMs: number;
  readonly scrapeIntervalMs: number;
}

/** Watches the systems that `sources` describe, starting from the manifests that were in force before. */
export async function createSystems(options: SystemsOptions): Promise<Systems> {
  const registry = new SystemRegistry(options);
  await registry.restore();
  return registry;
}

class SystemRegistry implements Systems {
  readonly #options: SystemsOptions;
  readonly #systems = new Map<string, MonitoredSystem>();
  readonly #owners = new Map<string, string>();
  readonly #states: Map<string, SourceState>;
  readonly #watch: SystemWatch;

  constructor(options: SystemsOptions) {
    this.#options = options;
    this.#watch = new SystemWatch(options);
    this.#states = new Map(
      options.sources.map(({ name }) => [name, { name, system: null, readAt: null, problems: [] }]),
    );
  }

  async restore(): Promise<void> {
    const names = new Set(this.#options.sources.map(({ name }) => name));
    for (const { source, manifest } of await keptManifests(this.#options.database))
      if (names.has(source)) this.#adopt(source, manifest);
  }

  list(): readonly MonitoredSystem[] {
    return [...this.#systems.values()];
  }

  find(system: string): MonitoredSystem | undefined {
    return this.#systems.get(system);
  }

  url(system: string): string | undefined {
    const owner = this.#owners.get(system);
    return owner?.startsWith("http") ? owner : this.find(system)?.manifest.services.at(0)?.url;
  }

  sources(): readonly SourceState[] {
    return [...this.#states.values()];
  }

  async refresh(): Promise<void> {
    await Promise.all(this.#options.sources.map((source) => this.#read(source)));
  }

  start(): void {
    const everyMs = this.#options.manifestIntervalMs;
    this.#watch.every({ name: "manifests", everyMs }, () => this.refresh());
    for (const system of this.list()) this.#watch.follow(system);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#watch[Symbol.asyncDispose]();
  }

  async #read(source: ManifestSource): Promise<void> {
    const read = await source.read();
    if (!read.ok) return this.#refuse(source, [{ path: "", reason: `${read.refusal.code}: ${read.refusal.reason}` }]);
    const parsed = parseManifest(read.value);
    if (!parsed.ok) return this.#refuse(source, parsed.refusal.problems);
    const manifest = parsed.value;
    const owner = this.#owners.get(manifest.system) ?? source.name;
    if (owner !== source.name)
      return this.#refuse(source, [{ path: "system", reason: `${manifest.system} is already described by ${owner}` }]);
    const known = this.#systems.get(manifest.system);
    const isNew = known === undefined || manifestDigest(known.manifest) !== manifestDigest(manifest);
    if (isNew) {
      await keepManifest(this.#options.database, { source: source.name, manifest }, this.#options.clock.now());
      this.#watch.follow(this.#adopt(source.name, manifest));
    }
    this.#setState(source.name, { system: manifest.system, readAt: this.#options.clock.now(), problems: [] });
  }

  #adopt(source: string, manifest: Manifest): MonitoredSystem {
    const { clock, token, scrapeIntervalMs } = this.#options;
    this.#owners.set(manifest.system, source);
    const known = this.#systems.get(manifest.system);
    known?.update(manifest);
    const system =
      known ?? new MonitoredSystem({ manifest, clock, scrapeIntervalMs, token: () => token(manifest.system) });
    this.#systems.set(manifest.system, system);
    this.#setState(source, { system: manifest.system });
    return system;
  }

  #refuse(source: ManifestSource, problems: readonly ManifestProblem[]): void {
    const before = this.#states.get(source.name)!;
    if (JSON.stringify(before.problems) !== JSON.stringify(problems))
      this.#options.logger.warn({ source: source.name, problems: problems.slice(0, 5) }, "A manifest was refused");
    this.#setState(source.name, { problems });
  }

  #setState(name: string, change: Partial<SourceState>): void {
    const before = this.#states.get(name)!;
    const after = { ...before, ...change };
    this.#states.set(name, after);
    if (before.system !== after.system || JSON.stringify(before.problems) !== JSON.stringify(after.problems))
      this.#options.events.publish({ topic: "systems", id: after.system ?? name });
  }
}
