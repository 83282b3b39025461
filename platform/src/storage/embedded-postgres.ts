import { spawn } from "node:child_process";
import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Failure } from "@assay/primitives/failure";
import type { Program } from "../supervisor/die-with-parent.ts";
import { copyToTraversableFolder, findPostgresBinaries } from "./postgres-binaries.ts";
import { asServerUser, chooseRunAs, giveToServer, type RunAs } from "./server-user.ts";

export interface ClusterOptions {
  readonly dataDirectory: string;
  /** Of the superuser `postgres`; taken when the cluster is made. */
  readonly password: { reveal(): string };
  /** Settings of `postgresql.conf` over our defaults; a change counts from the next start. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where to copy finished WAL segments, for restoring to a point in time. */
  readonly archiveDirectory?: string;
  /** Skips fsync while making the cluster; for tests. */
  readonly noSync?: boolean;
  readonly runAs?: RunAs;
}

const SERVER_ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  // A path to a socket may have 107 characters; a state folder may be deeper.
  unix_socket_directories: "",
  shared_buffers: "128MB",
  // Recovery after kill −9 took 2 s at 1 GB and 36 s at 4 GB.
  max_wal_size: "1GB",
  max_connections: "100",
  wal_level: "replica",
  synchronous_commit: "on",
  timezone: "UTC",
  log_timezone: "UTC",
  jit: "off",
  log_line_prefix: "%m [%p] ",
  log_checkpoints: "off",
};

/**
 * Makes the cluster when the folder is absent, and writes its settings. The folder appears complete or not at all.
 * @throws Failure `CLUSTER_NOT_CREATED`, with the server's own words in `details.reason`.
 */
export async function prepareCluster(options: ClusterOptions): Promise<void> {
  const { dataDirectory, archiveDirectory } = options;
  const runAs = options.runAs ?? chooseRunAs();
  await makePrivateFolder(dirname(dataDirectory));
  if (archiveDirectory !== undefined) {
    await makePrivateFolder(archiveDirectory);
    giveToServer(archiveDirectory, runAs);
  }
  if (!(await exists(join(dataDirectory, "PG_VERSION")))) await createCluster(options, runAs);
  await chmod(dataDirectory, 0o700);
  await includeSettings(dataDirectory);
  await writeSettings(options);
}

/** The program that serves a prepared cluster. It ends (fast shutdown) when the process that spawned it dies. */
export function postgresCommand(options: {
  readonly dataDirectory: string;
  readonly port: number;
  readonly runAs?: RunAs;
}): Program & { readonly env: Readonly<Record<string, string>> } {
  const program = serverProgram("postgres", ["-D", options.dataDirectory, "-p", String(options.port)], options.runAs);
  return { ...program, env: SERVER_ENVIRONMENT };
}

/**
 * Removes a `postmaster.pid` that names a process which is not a PostgreSQL server, as happens when a machine restarts
 * and gives the number away. A server's own file is left alone.
 */
export async function removeStalePidFile(dataDirectory: string): Promise<void> {
  const path = join(dataDirectory, "postmaster.pid");
  const pid = Number((await readFile(path, "utf8").catch(() => "")).split("\n")[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || process.platform !== "linux") return;
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  if (name.trim() !== "postgres") await rm(path, { force: true });
}

async function createCluster(options: ClusterOptions, runAs: RunAs): Promise<void> {
  const part = join(dirname(options.dataDirectory), `.${basename(options.dataDirectory)}.part`);
  const passwordFile = `${part}.password`;
  await rm(part, { recursive: true, force: true });
  await makePrivateFolder(part);
  await writeFile(passwordFile, options.password.reveal(), { mode: 0o600 });
  for (const path of [part, passwordFile]) giveToServer(path, runAs);
  try {
    await runInitdb([...initdbArguments(options), "-D", part, "--pwfile", passwordFile], runAs);
    await rename(part, options.dataDirectory);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(part, { recursive: true, force: true });
  }
}

function initdbArguments({ noSync }: ClusterOptions): string[] {
  const locale =
    findPostgresBinaries().majorVersion >= 17
      ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
      : ["--locale=C.UTF-8"];
  return ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "-k", ...locale, ...(noSync ? ["--no-sync"] : [])];
}

async function runInitdb(args: readonly string[], runAs: RunAs): Promise<void> {
  const program = serverProgram("initdb", args, runAs);
  // Where we are may be closed to the server's user.
  const place = { cwd: "/", env: SERVER_ENVIRONMENT };
  const child = spawn(program.command, program.args, { ...place, stdio: ["pipe", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  const outcome = await new Promise<{ code: number | null; cause?: Error }>((resolve) => {
    child.once("error", (cause) => resolve({ code: null, cause }));
    child.once("close", (code) => resolve({ code }));
  });
  if (outcome.code === 0) return;
  const reason = complaint.trim() || outcome.cause?.message || `initdb ended with ${outcome.code}`;
  throw new Failure("CLUSTER_NOT_CREATED", { retryable: false, cause: outcome.cause, details: { reason } });
}

async function includeSettings(directory: string): Promise<void> {
  const path = join(directory, "postgresql.conf");
  const line = "include 'assay.conf'";
  if (!(await readFile(path, "utf8")).includes(line)) await writeFile(path, `\n${line}\n`, { flag: "a" });
}

async function writeSettings({ dataDirectory, settings, archiveDirectory }: ClusterOptions): Promise<void> {
  const all = { ...DEFAULT_SETTINGS, ...archiveSettings(archiveDirectory), ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  const path = join(dataDirectory, "assay.conf");
  await writeFile(`${path}.part`, lines.join(""), { mode: 0o644 });
  await rename(`${path}.part`, path);
}

/**
 * A segment counts as archived when it is on disk under its own name; one archived twice must be the same bytes. They are
 * compressed, as a segment that time ends is mostly empty.
 */
function archiveSettings(directory: string | undefined): Record<string, string> {
  if (directory === undefined) return { archive_mode: "off" };
  const target = `${shellQuote(directory)}/%f.gz`;
  const copy = `gzip -1 -c %p > ${target}.part && sync ${target}.part && mv ${target}.part ${target}`;
  return {
    archive_mode: "on",
    archive_command: `if test -f ${target}; then gzip -dc ${target} | cmp -s %p -; else ${copy}; fi`,
    archive_timeout: "60",
  };
}

/** For a command inside `postgresql.conf`, where `%` is special too. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll("%", "%%")}'`;
}

function serverProgram(name: "initdb" | "postgres", args: readonly string[], runAs = chooseRunAs()): Program {
  const binaries = findPostgresBinaries();
  const root = runAs === "nobody" ? copyToTraversableFolder(binaries) : binaries.root;
  return asServerUser({ command: join(root, "bin", name), args }, runAs);
}

async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
