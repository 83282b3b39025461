import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { runCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { createTerminal } from "@assay/platform/command-line/terminal";
import { systemRandom } from "@assay/platform/random/random";
import { command } from "../src/cli/commands.ts";
import { startTestExchange, TEST_PASSWORD, type TestExchange } from "./test-exchange.ts";

async function run(exchange: TestExchange, line: string, roles: readonly string[] = ["viewer", "operator"]) {
  let out = "";
  let err = "";
  const write = (text: string) => {
    out += text;
  };
  const writeError = (text: string) => {
    err += text;
  };
  const words = line.split(" ");
  const isJson = words.includes("--json");
  const context: CommandContext = {
    terminal: createTerminal({ write, writeError, isJson, isColoured: false, isInteractive: false }),
    env: { COINHUBX_PASSWORD: TEST_PASSWORD, MONGO_URL: "mongodb://old" },
    clock: systemClock,
    random: systemRandom,
    signal: new AbortController().signal,
    stateDirectory: "/nowhere",
    repository: "/nowhere",
    ask: async () => "",
    readInput: async () => "",
    serviceUrl: async (service) => (service === "operations" ? exchange.plane.url : exchange.url),
    databaseUrl: async () => exchange.database.url.reveal(),
    accessToken: () => exchange.plane.token(roles),
  };
  const code = await runCommand(
    command,
    context,
    words.filter((word) => word !== "--json"),
  );
  return { code, out, err };
}

test("each command answers --help, and the group lists them", async () => {
  await using exchange = await startTestExchange();
  const { out } = await run(exchange, "--help");
  for (const name of [
    "doctor",
    "reconcile",
    "ledger",
    "engine",
    "flags",
    "limits",
    "indexes",
    "dead-letter",
    "faucet",
    "loadgen",
  ]) {
    match(out, new RegExp(`^ {2}${name} `, "m"));
    equal((await run(exchange, `${name} --help`)).code, 0, name);
  }
});

test("books, journal, engine, switches and indexes are checked from the command line", async () => {
  await using exchange = await startTestExchange({ balances: { alice: { USDT: "1000" } } });
  const reconciled = await run(exchange, "reconcile --json");
  deepEqual([reconciled.code, JSON.parse(reconciled.out).verdict], [0, "reconciled"]);
  const verified = await run(exchange, "ledger verify --json");
  deepEqual([verified.code, JSON.parse(verified.out).rows], [0, 1]);
  const replayed = await run(exchange, "engine replay ETH-USDT --json");
  deepEqual([replayed.code, JSON.parse(replayed.out).mismatch], [0, null]);
  match((await run(exchange, "flags")).out, /trading +on/);
  match((await run(exchange, "limits")).out, /USDT +10000 +20000 +50000 +200000 +500000/);
  equal((await run(exchange, "indexes")).code, 0, (await run(exchange, "indexes")).out);
  match((await run(exchange, "dead-letter list")).out, /There is none/);
  const refused = await run(exchange, "reconcile", ["viewer"]);
  equal(refused.code, 1);
  match(refused.err, /FORBIDDEN/);
});

test("the faucet gives a customer coins, and the doctor names what it reaches without the password", async () => {
  await using exchange = await startTestExchange();
  await exchange.register("alice");
  const given = await run(exchange, "faucet USDT 12.5 --email alice@example.com");
  match(given.out, /alice@example.com got 12.5 USDT/);
  const doctor = await run(exchange, "doctor --connect");
  equal(doctor.code, 0, doctor.out);
  match(doctor.out, /PostgreSQL 18.* lets us in/);
  match(doctor.out, /MONGO_URL is set but not read/);
  equal(doctor.out.includes("test-database-password"), false);
});

test("the load generator trades and counts what it was answered", async () => {
  await using exchange = await startTestExchange();
  const load = await run(exchange, "loadgen --customers 3 --seconds 1 --json");
  const { by_status, requests } = JSON.parse(load.out);
  equal(requests > 10, true);
  deepEqual(
    Object.keys(by_status).filter((status) => Number(status) >= 500),
    [],
  );
});
