#!/usr/bin/env node
// The one script that must run on a fresh clone, on any Node >= 20 and before anything is installed: it installs what the
// lock file names and hands over to the pinned Node, which runs TypeScript as it is.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STAMP = join(ROOT, "node_modules", ".installed");
const PINNED_NODE = join(ROOT, "node_modules", ".bin", "node");

/** What each npm script runs, as script path and leading arguments. */
const COMMANDS = {
  start: { pages: true, argv: ["apps/assay/src/main.ts", "up"] },
  test: { pages: true, argv: ["tools/src/test.ts"] },
  check: { argv: ["tools/src/check.ts"] },
  fix: { argv: ["tools/src/fix.ts"] },
  bench: { argv: ["tools/src/bench.ts"] },
  assay: { argv: ["apps/assay/src/main.ts"] },
};

const invokedAs = process.argv[1] ?? "";
const [name, ...rest] = invokedAs.endsWith("launch.mjs") ? process.argv.slice(2) : ["assay", ...process.argv.slice(2)];
const command = COMMANDS[name ?? ""];
if (command === undefined) fail(`launch: say one of ${Object.keys(COMMANDS).join(", ")}`, 2);
if (majorOf(process.versions.node) < 20) fail(`Assay needs Node 20 or newer to start; this is ${process.version}.`, 1);

install();
const node = findNode();
if (command.pages) runToEnd(node, ["tools/src/build-pages.ts"]);
handOver(node, [...command.argv, ...rest]);

function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === lock) return;
  const startedAt = performance.now();
  process.stderr.write("Installing packages (npm ci) … ");
  const npm = process.env.npm_execpath;
  const [program, args] = npm?.endsWith(".js") ? [process.execPath, [npm, "ci"]] : ["npm", ["ci"]];
  const done = spawnSync(program, [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (done.status !== 0) fail(`failed.\n${done.stdout ?? ""}${done.stderr ?? done.error?.message ?? ""}`, 1);
  writeFileSync(STAMP, lock);
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

// The pinned binary comes from the registry for Linux; elsewhere a Node that strips types by itself will do.
function findNode() {
  if (existsSync(PINNED_NODE)) return PINNED_NODE;
  if (majorOf(process.versions.node) >= 24) return process.execPath;
  fail("No pinned Node for this platform: install Node 24 or newer and run the command again.", 1);
}

function runToEnd(program, args) {
  const done = spawnSync(program, args, { cwd: ROOT, stdio: "inherit" });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

// The child is in our process group, so a Ctrl-C reaches it as well; we stay only to pass on its end.
function handOver(program, [script, ...args]) {
  const child = spawn(program, [join(ROOT, script), ...args], {
    stdio: "inherit",
    env: { ...process.env, PATH: `${join(ROOT, "node_modules", ".bin")}:${process.env.PATH}` },
  });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  process.on("SIGINT", () => {});
  child.on("error", (error) => fail(`cannot run ${program}: ${error.message}`, 1));
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + 15));
}

function majorOf(version) {
  return Number(version.split(".")[0]);
}

function fail(sentence, code) {
  process.stderr.write(`${sentence}\n`);
  process.exit(code);
}
