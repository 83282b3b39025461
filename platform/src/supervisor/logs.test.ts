import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, statSync, symlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { type Instant, toInstant } from "@assay/primitives/instant";
import { type Clock, systemClock } from "../clock/clock.ts";
import { LogFile, type LogLine } from "./log-file.ts";
import { followLogs, listLogs, queryLogs } from "./query-logs.ts";

const ALL = { limit: 1_000 };

test("lines are found by process, time, pattern and stream, oldest first over all processes", async () => {
  await using folder = await temporaryFolder();
  const time = { at: 0 };
  const api = folder.log("api", time);
  const worker = folder.log("worker", time);
  api.write("stdout", ["one", "two"]);
  time.at = 500;
  worker.write("stderr", ["three failed"]);
  time.at = 501;
  api.write("stderr", ["four failed"]);
  const { path: directory } = folder;
  const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text);
  const both = { directory, names: ["api", "worker"], ...ALL };
  deepEqual(texts(await queryLogs(both)), ["one", "two", "three failed", "four failed"]);
  deepEqual(texts(await queryLogs({ ...both, errorsOnly: true })), ["three failed", "four failed"]);
  deepEqual(texts(await queryLogs({ ...both, since: toInstant(500) })), ["three failed", "four failed"]);
  deepEqual(texts(await queryLogs({ ...both, pattern: /^t/ })), ["two", "three failed"]);
  deepEqual(texts(await queryLogs({ ...both, limit: 1 })), ["four failed"]);
  deepEqual(texts(await queryLogs({ ...both, names: ["absent"] })), []);
  deepEqual(await listLogs(directory), ["api", "worker"]);
});

test("files are rotated at their size and only so many are kept", async () => {
  await using folder = await temporaryFolder();
  const log = folder.log("api", { maxFileBytes: 1_000, maxFiles: 3 });
  for (let number = 0; number < 100; number += 1) log.write("stdout", [`line ${number}`]);
  const files = readdirSync(folder.path);
  deepEqual(files.sort(), ["api.log", "api.log.1", "api.log.2"]);
  ok(files.every((file) => statSync(join(folder.path, file)).size <= 1_000));
  const lines = await queryLogs({ directory: folder.path, names: ["api"], ...ALL });
  equal(lines.at(-1)?.text, "line 99");
  deepEqual(
    lines.map(({ text }) => text),
    lines.map((_, index) => `line ${100 - lines.length + index}`),
  );
});

test("what a process prints is cut into lines, also the last one and endless ones", async () => {
  await using folder = await temporaryFolder();
  const log = folder.log("api");
  const output = new PassThrough();
  log.capture(output, "stdout");
  output.write("on");
  output.write("e\ntwo\nlö");
  output.write(`${"x".repeat(200_000)}\n`);
  output.end("last");
  await new Promise((resolve) => output.once("close", resolve));
  const lines = await queryLogs({ directory: folder.path, names: ["api"], ...ALL });
  equal(lines[0]?.text, "one");
  equal(lines.at(-1)?.text, "last");
  ok(lines.every(({ text }) => text.length <= 65_537));
});

test("following tells what is written from now on, over rotations, until it is ended", async () => {
  await using folder = await temporaryFolder();
  const log = folder.log("api", { maxFileBytes: 300 });
  log.write("stdout", ["before"]);
  const ending = new AbortController();
  const { promise: isFollowing, resolve: follows } = Promise.withResolvers<void>();
  const clock: Clock = {
    ...systemClock,
    sleep: async (_ms, options) => {
      follows();
      await systemClock.sleep(5, options);
    },
  };
  const lines = followLogs(
    { directory: folder.path, names: ["api"], pattern: /keep/ },
    { clock, signal: ending.signal },
  );
  const first = lines.next();
  await isFollowing;
  for (let number = 0; number < 10; number += 1) log.write("stdout", [`keep ${number}`, "skip"]);
  equal((await first).value?.text, "keep 0");
  for (let number = 1; number < 10; number += 1) {
    const { value } = await lines.next();
    if (value?.text === "keep 9") break;
  }
  const last = lines.next();
  ending.abort();
  equal((await last).done, true);
});

test("a process that has printed nothing has an empty log, not none", async () => {
  await using folder = await temporaryFolder();
  folder.log("silent").close();
  deepEqual(await listLogs(folder.path), ["silent"]);
  deepEqual(await queryLogs({ directory: folder.path, names: ["silent"], limit: 10 }), []);
});

test("a full disk loses lines and says so once", { skip: process.platform !== "linux" }, async () => {
  const errors: Error[] = [];
  await using folder = await temporaryFolder();
  symlinkSync("/dev/full", join(folder.path, "api.log"));
  const log = new LogFile({
    directory: folder.path,
    name: "api",
    clock: systemClock,
    onError: (error) => errors.push(error),
  });
  log.write("stdout", ["lost"]);
  log.write("stdout", ["lost"]);
  equal(errors.length, 1);
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "assay-logs-"));
  const log = (name: string, options: { at?: number; maxFileBytes?: number; maxFiles?: number } = {}) => {
    const clock: Clock = { ...systemClock, now: (): Instant => toInstant(options.at ?? 0) };
    return new LogFile({ directory: path, name, clock, ...options });
  };
  return { path, log, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
