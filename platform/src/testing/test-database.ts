import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "@assay/primitives/assert";
import { isRetryable } from "@assay/primitives/failure";
import { Secret } from "../config/secret.ts";
import type { Database } from "../storage/database.ts";
import { prepareCluster } from "../storage/embedded-postgres.ts";
import { migrate } from "../storage/migrate.ts";
import { findPostgresBinaries } from "../storage/postgres-binaries.ts";
import { openDatabase } from "../storage/postgres-database.ts";
import { type PostgresServer, startPostgres } from "../storage/postgres-server.ts";

export interface TestDatabaseOptions {
  /** Directories of migrations to run; databases with the same ones are copied from a template. */
  readonly migrations?: readonly string[];
  /** The role that `app` acts as. */
  readonly role?: string;
  /** A server of its own that may be stopped, killed and paused, with fsync on. */
  readonly ownCluster?: boolean;
  /** Its own server keeps its files in memory: starts faster, and is worth nothing for measuring. */
  readonly inMemory?: boolean;
}

export interface TestDatabase extends AsyncDisposable {
  /** The owner's login. */
  readonly url: Secret<string>;
  /** Acts as the owner. */
  readonly database: Database;
  /** Acts as the role asked for. */
  readonly app: Database;
  /** The server of a test that asked for its own. */
  readonly cluster: PostgresServer;
  readonly dataDirectory: string;
  /** Restarts the server with an archive of its write-ahead log. */
  archiveInto(folder: string): Promise<void>;
}

const PASSWORD = new Secret("test-database-password");
/** Shared memory inside the data folder, so that a server that is killed leaves nothing behind. */
const SETTINGS = { max_connections: "200", dynamic_shared_memory_type: "mmap" };
let shared: Promise<TestCluster> | undefined;

/**
 * A new empty database on a real server, which this process starts once, shares, and removes when it ends. Made from a
 * template in tens of milliseconds.
 */
export async function startTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  if (options.ownCluster) {
    const folder = options.inMemory ? fastFolder() : tmpdir();
    const cluster = await TestCluster.start({ folder, settings: { fsync: "on" } });
    return await cluster.createDatabase(options, () => cluster.remove());
  }
  shared ??= TestCluster.start({ folder: fastFolder(), settings: { fsync: "off" } });
  return await (await shared).createDatabase(options);
}

class TestCluster {
  readonly #server: PostgresServer;
  readonly #folder: string;
  readonly #templates = new Map<string, Promise<string>>();
  // A cluster that is removed in time must not stay on the process's list.
  readonly #onExit = () => this.#removeNow();
  #databases = 0;

  static async start(options: { folder: string; settings: Record<string, string> }): Promise<TestCluster> {
    const folder = makeTemporaryFolder(options.folder);
    const dataDirectory = join(folder, "data");
    copyFolder(await findTemplateCluster(), dataDirectory);
    await prepareCluster({ dataDirectory, password: PASSWORD, settings: { ...SETTINGS, ...options.settings } });
    const server = await startOnFreePort(dataDirectory);
    const cluster = new TestCluster(server, folder);
    process.once("exit", cluster.#onExit);
    return cluster;
  }

  constructor(server: PostgresServer, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  async createDatabase(options: TestDatabaseOptions, onDispose?: () => Promise<void>): Promise<TestDatabase> {
    const name = `test_${++this.#databases}`;
    await this.#create(name, await this.#template(options.migrations ?? []));
    const url = new Secret(this.#server.url(name));
    const database = openDatabase({ url, applicationName: "test" });
    const { role } = options;
    const app = role === undefined ? database : openDatabase({ url, applicationName: "test", role });
    const dispose = async () => {
      await Promise.all([database[Symbol.asyncDispose](), app[Symbol.asyncDispose]()]);
      if (onDispose !== undefined) return await onDispose();
      await this.#asAdministrator((admin) => admin.execute({ text: `drop database ${name} with (force)`, values: [] }));
    };
    return {
      url,
      database,
      app,
      cluster: this.#server,
      dataDirectory: join(this.#folder, "data"),
      archiveInto: (folder) => this.#archiveInto(folder),
      [Symbol.asyncDispose]: dispose,
    };
  }

  async #archiveInto(archiveDirectory: string): Promise<void> {
    await this.#server.stop();
    const dataDirectory = join(this.#folder, "data");
    await prepareCluster({ dataDirectory, password: PASSWORD, settings: SETTINGS, archiveDirectory });
    await this.#server.start();
  }

  async remove(): Promise<void> {
    this.#server.quit();
    await this.#server.stop();
    process.removeListener("exit", this.#onExit);
    this.#removeNow();
  }

  #removeNow(): void {
    this.#server.quit();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #template(migrations: readonly string[]): Promise<string> {
    if (migrations.length === 0) return Promise.resolve("template0");
    const key = migrations.join("\n");
    let template = this.#templates.get(key);
    if (template === undefined) {
      template = this.#migrated(`template_${this.#templates.size + 1}`, migrations);
      this.#templates.set(key, template);
    }
    return template;
  }

  async #migrated(name: string, migrations: readonly string[]): Promise<string> {
    await this.#create(name, "template0");
    await using database = openDatabase({ url: new Secret(this.#server.url(name)), applicationName: "test" });
    await migrate(database, migrations);
    return name;
  }

  async #create(name: string, template: string): Promise<void> {
    const text = `create database ${name} template ${template} strategy file_copy`;
    await this.#asAdministrator((admin) => admin.execute({ text, values: [] }));
  }

  async #asAdministrator(work: (admin: Database) => Promise<unknown>): Promise<void> {
    const url = new Secret(this.#server.url());
    await using admin = openDatabase({ url, applicationName: "test", statementTimeoutMs: 30_000, maxConnections: 1 });
    await work(admin);
  }
}

const FOLDER_PREFIX = "assay-test-postgres-";

/** In memory where there is plenty: a new database then takes 10 ms instead of 100 to 300. */
export function fastFolder(): string {
  const memory = "/dev/shm";
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > 4 * 2 ** 30 ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Named after this process, so that a later one can remove it if this one is killed. */
function makeTemporaryFolder(root: string): string {
  for (const name of readdirSync(root)) {
    const pid = Number(name.startsWith(FOLDER_PREFIX) ? name.slice(FOLDER_PREFIX.length).split("-")[0] : Number.NaN);
    if (Number.isSafeInteger(pid) && !isRunning(pid)) rmSync(join(root, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(root, `${FOLDER_PREFIX}${process.pid}-`));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A cluster made once per machine, user and version, and copied by each test process. */
async function findTemplateCluster(): Promise<string> {
  const cache = join(tmpdir(), `assay-test-templates-${process.getuid?.() ?? "user"}`);
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  assert(lstatSync(cache).uid === process.getuid?.(), `${cache} is our own folder`);
  const { majorVersion } = findPostgresBinaries();
  const template = join(cache, `postgres-${majorVersion}-1`);
  if (existsSync(template)) return template;
  const part = mkdtempSync(join(cache, "part-"));
  await prepareCluster({ dataDirectory: join(part, "data"), password: PASSWORD, noSync: true });
  try {
    renameSync(join(part, "data"), template);
  } catch (error) {
    // Another process was faster, and its cluster is as good.
    if (!existsSync(template)) throw error;
  }
  rmSync(part, { recursive: true, force: true });
  return template;
}

/** `cp` clones blocks where the file system can, and is several times faster than copying file by file. */
function copyFolder(from: string, to: string): void {
  const args = process.platform === "linux" ? ["-a", "--reflink=auto", from, to] : ["-a", from, to];
  assert(spawnSync("cp", args, { stdio: "ignore" }).status === 0, `${from} can be copied`);
}

async function startOnFreePort(dataDirectory: string): Promise<PostgresServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startPostgres({ dataDirectory, password: PASSWORD });
    } catch (error) {
      if (!isRetryable(error) || attempt === 3) throw error;
    }
  }
}
