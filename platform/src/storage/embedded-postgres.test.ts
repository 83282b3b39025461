import { equal, match, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Failure } from "@assay/primitives/failure";
import { systemClock } from "../clock/clock.ts";
import { Secret } from "../config/secret.ts";
import { fastFolder } from "../testing/test-database.ts";
import { prepareCluster, removeStalePidFile } from "./embedded-postgres.ts";
import { hydrateSymlinks } from "./postgres-binaries.ts";
import { openDatabase } from "./postgres-database.ts";
import { startPostgres } from "./postgres-server.ts";
import { sql } from "./sql.ts";

const password = new Secret("embedded-test-password");
const isRoot = process.getuid?.() === 0;

test("a cluster is private, wants its password and keeps its settings", async () => {
  await using folder = await temporaryFolder();
  const dataDirectory = join(folder.path, "state", "data");
  await prepareCluster({ dataDirectory, password, noSync: true, settings: { work_mem: "9MB" } });
  await prepareCluster({ dataDirectory, password, settings: { work_mem: "7MB" } });
  equal((await stat(dataDirectory)).mode & 0o777, 0o700);
  equal((await stat(join(folder.path, "state"))).mode & 0o777, 0o700);
  await using server = await startPostgres({ dataDirectory, password });
  await using database = openDatabase({ url: new Secret(server.url()), applicationName: "test" });
  equal((await database.query<{ work_mem: string }>(sql`show work_mem`))[0]?.work_mem, "7MB");
  equal((await database.query<{ fsync: string }>(sql`show fsync`))[0]?.fsync, "on");
  await rejects(startPostgres({ dataDirectory, password: new Secret("wrong"), port: server.port }), notStarted);
});

test("a second server on the same folder is refused, and the first goes on", async () => {
  await using folder = await temporaryFolder();
  const dataDirectory = join(folder.path, "data");
  await prepareCluster({ dataDirectory, password, noSync: true });
  await using server = await startPostgres({ dataDirectory, password });
  await rejects(startPostgres({ dataDirectory, password }), (error) => {
    ok(error instanceof Failure);
    match(String(error.details.reason), /lock file|already/);
    return error.code === "POSTGRES_NOT_STARTED";
  });
  await using database = openDatabase({ url: new Secret(server.url()), applicationName: "test" });
  await database.query(sql`select 1`);
});

test("where user namespaces are refused, root runs the server as nobody", { skip: !isRoot }, async () => {
  await using folder = await temporaryFolder();
  const dataDirectory = join(folder.path, "closed to others", "data");
  const archiveDirectory = join(folder.path, "archive");
  await prepareCluster({ dataDirectory, archiveDirectory, password, noSync: true, runAs: "nobody" });
  await using server = await startPostgres({ dataDirectory, password, runAs: "nobody" });
  equal((await stat(dataDirectory)).uid, 65_534);
  equal(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1], "65534");
  await using database = openDatabase({ url: new Secret(server.url()), applicationName: "test" });
  await database.query(sql`select pg_switch_wal()`);
  await until(() => readdirSync(archiveDirectory).some((name) => name.endsWith(".gz")));
});

test("a cluster that cannot be made is one failure, and leaves no folder", async () => {
  await using folder = await temporaryFolder();
  const dataDirectory = join(folder.path, "data");
  await rejects(prepareCluster({ dataDirectory, password: new Secret(""), noSync: true }), (error) => {
    ok(error instanceof Failure);
    match(String(error.details.reason), /password file/);
    return error.code === "CLUSTER_NOT_CREATED";
  });
  equal(existsSync(dataDirectory), false);
});

test("a lock file that names a process of another kind is removed, and a server's own is not", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "postmaster.pid");
  await writeFile(path, `${process.pid}\n${folder.path}\n`);
  await removeStalePidFile(folder.path);
  equal(existsSync(path), process.platform !== "linux");
  const dataDirectory = join(folder.path, "data");
  await prepareCluster({ dataDirectory, password, noSync: true });
  await using _server = await startPostgres({ dataDirectory, password });
  await removeStalePidFile(dataDirectory);
  equal(existsSync(join(dataDirectory, "postmaster.pid")), true);
});

test("links that an install without scripts left out are made", async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, "native");
  await mkdir(join(root, "lib"), { recursive: true });
  await writeFile(join(root, "lib", "libx.so.1.2"), "x");
  const links = [{ source: "native/lib/libx.so.1.2", target: "native/lib/libx.so" }];
  await writeFile(join(root, "pg-symlinks.json"), JSON.stringify(links));
  hydrateSymlinks(root);
  hydrateSymlinks(root);
  equal(readlinkSync(join(root, "lib", "libx.so")), "libx.so.1.2");
});

test("kill −9 of the process that runs a server leaves no orphan and loses nothing acknowledged", async () => {
  await using folder = await temporaryFolder();
  const dataDirectory = join(folder.path, "data");
  await prepareCluster({ dataDirectory, password, noSync: true });
  const script = fileURLToPath(new URL("../../test/fixtures/database-writer.ts", import.meta.url));
  const child = spawn(process.execPath, [script, dataDirectory, password.reveal()], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  let pid = 0;
  let acknowledged = 0;
  for await (const line of lines) {
    if (pid === 0) pid = Number(line);
    else acknowledged = Number(line);
    if (acknowledged === 200) child.kill("SIGKILL");
  }
  if (child.signalCode === null) await once(child, "exit");
  await ended(pid);
  await using server = await startPostgres({ dataDirectory, password });
  await using database = openDatabase({ url: new Secret(server.url()), applicationName: "test" });
  const [row] = await database.query<{ count: string }>(sql`select count(*) from written`);
  ok(Number(row?.count) >= acknowledged && acknowledged >= 200);
});

/** Waits until a process is gone, or is a zombie that only its new parent can take away. */
async function ended(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    let state = "";
    try {
      state = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1] ?? "";
    } catch {
      return;
    }
    if (state.startsWith("Z")) return;
    await systemClock.sleep(10);
  }
  throw new Error(`process ${pid} outlived the one that started it`);
}

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1_000 && !condition(); attempt += 1) await systemClock.sleep(10);
  ok(condition());
}

function notStarted(error: unknown): boolean {
  return error instanceof Failure && error.code === "POSTGRES_NOT_STARTED";
}

async function temporaryFolder() {
  const path = await mkdtemp(join(fastFolder(), "assay-cluster-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
