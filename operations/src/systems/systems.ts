import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Database } from "@assay/platform/storage/database";
import type { Instant } from "@assay/primitives/instant";
import type { EventPublisher } from "../events/events.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ManifestProblem } from "../manifest/parse-manifest.ts";
import { type JumpAwareClock, jumpAware } from "./jump-aware-clock.ts";
import type { ManifestFolder } from "./manifest-folder.ts";
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
  /** The manifest that is in force, by its SHA-256, and since when; null until one was accepted. */
  readonly inForce: { readonly sha256: string; readonly since: Instant } | null;
  /** Why the last reading was refused; the manifest before it stays in force. */
  readonly problems: readonly ManifestProblem[];
}

export interface Systems extends AsyncDisposable {
  /** The clock that dates what was seen of the systems; it tells when it jumps. */
  readonly clock: JumpAwareClock;
  list(): readonly MonitoredSystem[];
  find(system: string): MonitoredSystem | undefined;
  /** Base address of the system: its own paths (`/ops/…`, runbooks) are under it. */
  url(system: string): string | undefined;
  /** Whether it serves its manifest itself, and so knows our tokens; a service that a file describes is sent none. */
  takesTokens(system: string): boolean;
  /** The text of a runbook that a manifest file names by `file:`. */
  runbookFile(system: string, path: string): Promise<string | undefined>;
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
  /** Whose files are sources too. One that goes away is a problem; its manifest stays in force until the next start. */
  readonly folder?: ManifestFolder | undefined;
  /** A service token of the plane for the audience `system`. */
  readonly token: (system: string) => Promise<string>;
  readonly manifestIntervalMs: number;
  readonly scrapeIntervalMs: number;
}

const READ_AT_ONCE = 4;

/** Watches the systems that `sources` describe, starting from the manifests that were in force before. */
export async function createSystems(options: SystemsOptions): Promise<Systems> {
  const registry = new SystemRegistry(options);
  await registry.restore();
  return registry;
}

class SystemRegistry implements Systems {
  readonly clock: JumpAwareClock;
  readonly #options: SystemsOptions;
  readonly #systems = new Map<string, MonitoredSystem>();
  readonly #owners = new Map<string, string>();
  readonly #sources = new Map<string, ManifestSource>();
  readonly #states = new Map<string, SourceState>();
  readonly #watch: SystemWatch;

  constructor(options: SystemsOptions) {
    this.#options = options;
    this.clock = jumpAware(options.clock);
    this.clock.onJump((byMs) => {
      options.logger.warn({ byMs }, "The clock jumped; what was seen before is moved along");
      for (const system of this.list()) system.shift(byMs);
    });
    this.#watch = new SystemWatch({ ...options, clock: this.clock });
    for (const source of options.sources) this.#addSource(source);
  }

  async restore(): Promise<void> {
    await this.#readFolder();
    for (const { source, manifest, acceptedAt } of await keptManifests(this.#options.database))
      if (this.#sources.has(source)) this.#adopt(source, manifest, acceptedAt);
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

  takesTokens(system: string): boolean {
    return this.#owners.get(system)?.startsWith("http") === true;
  }

  async runbookFile(system: string, path: string): Promise<string | undefined> {
    return await this.#sources.get(this.#owners.get(system) ?? "")?.runbook?.(path);
  }

  sources(): readonly SourceState[] {
    return [...this.#states.values()];
  }

  async refresh(): Promise<void> {
    await this.#readFolder();
    const waiting = [...this.#sources.values()];
    const failures: unknown[] = [];
    // A few at once: each may write, and hundreds of files must not take every connection from those who page.
    const readOn = async () => {
      for (let source = waiting.shift(); source !== undefined; source = waiting.shift())
        await this.#read(source).catch((error: unknown) => failures.push(error));
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, readOn));
    if (failures.length > 0) throw failures[0];
  }

  start(): void {
    const everyMs = this.#options.manifestIntervalMs;
    this.#watch.every({ name: "manifests", everyMs }, () => this.refresh());
    for (const system of this.list()) this.#watch.follow(system);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#watch[Symbol.asyncDispose]();
  }

  #addSource(source: ManifestSource): void {
    const { name } = source;
    if (this.#sources.has(name)) return;
    this.#sources.set(name, source);
    this.#states.set(name, { name, system: null, readAt: null, inForce: null, problems: [] });
  }

  async #readFolder(): Promise<void> {
    const { folder, clock } = this.#options;
    if (folder === undefined) return;
    try {
      const found = await folder.list();
      for (const source of found) this.#addSource(source);
      this.#forgetUnread(new Set([...this.#options.sources, ...found].map(({ name }) => name)));
      this.#states.delete(folder.name);
    } catch (error) {
      const reason = `MANIFEST_UNREACHABLE: ${(error as NodeJS.ErrnoException).code ?? "it cannot be read"}`;
      const before = this.#states.get(folder.name) ?? {
        ...{ name: folder.name, system: null, inForce: null, problems: [] },
      };
      this.#states.set(folder.name, { ...before, readAt: clock.now() });
      this.#refuse(folder, [{ path: "", reason }]);
    }
  }

  /** A file that went away before it ever described a system leaves nothing to watch. */
  #forgetUnread(present: ReadonlySet<string>): void {
    for (const [name, { system }] of this.#states) {
      if (system !== null || present.has(name)) continue;
      this.#states.delete(name);
      this.#sources.delete(name);
    }
  }

  async #read(source: ManifestSource): Promise<void> {
    const read = await source.read();
    if (!read.ok) return this.#refuse(source, read.refusal.problems);
    const manifest = read.value;
    const owner = this.#owners.get(manifest.system) ?? source.name;
    if (owner !== source.name)
      return this.#refuse(source, [{ path: "system", reason: `${manifest.system} is already described by ${owner}` }]);
    const known = this.#systems.get(manifest.system);
    const isNew = known === undefined || manifestDigest(known.manifest) !== manifestDigest(manifest);
    if (isNew) {
      const now = this.#options.clock.now();
      await keepManifest(this.#options.database, { source: source.name, manifest }, now);
      this.#watch.follow(this.#adopt(source.name, manifest, now));
    }
    this.#setState(source.name, { system: manifest.system, readAt: this.#options.clock.now(), problems: [] });
  }

  #adopt(source: string, manifest: Manifest, since: Instant): MonitoredSystem {
    const { clock } = this;
    const { token, scrapeIntervalMs } = this.#options;
    this.#owners.set(manifest.system, source);
    const known = this.#systems.get(manifest.system);
    known?.update(manifest);
    const system =
      known ??
      new MonitoredSystem({
        manifest,
        clock,
        scrapeIntervalMs,
        token: async () => (this.takesTokens(manifest.system) ? await token(manifest.system) : undefined),
      });
    this.#systems.set(manifest.system, system);
    this.#setState(source, { system: manifest.system, inForce: { sha256: manifestDigest(manifest), since } });
    return system;
  }

  #refuse(source: { readonly name: string }, problems: readonly ManifestProblem[]): void {
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
