import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createDrillPeople, type DrillPeople } from "@assay/operations/drills/drill-people";
import type { DrillPerson } from "@assay/operations/drills/drill-person";
import { systemClock } from "@assay/platform/clock/clock";
import { type TemporaryFolder, temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { type LocalStack, startLocalStack } from "../local-stack.ts";
import { REPOSITORY } from "../repository.ts";
import { runAssay } from "../run-assay.ts";

let folder: TemporaryFolder;
let stack: LocalStack;
let people: DrillPeople;

/** The exchange and the plane, with Ada and Grace signed in on machines of their own. */
before(async () => {
  folder = await temporaryFolder();
  stack = await startLocalStack({
    stateDirectory: join(folder.path, "state"),
    portOffset: "free",
    select: ({ name }) => !["coinhubx-demo", "coinhubx-frontend"].includes(name),
  });
  people = await createDrillPeople({
    planeUrl: stack.urls.operations,
    systemUrl: stack.urls["coinhubx-backend"],
    bootstrapCode: async () => stack.bootstrapCode() ?? "",
  });
  for (const person of [people.first, people.second]) {
    const { email, password } = person.identity;
    const args = ["login", "--email", email, "--password-stdin", "--totp", await person.code()];
    const { exit, err } = await assay(person, args, password);
    deepEqual([exit, err], [0, ""]);
  }
});

after(async () => {
  await people?.[Symbol.asyncDispose]();
  await stack?.stop();
  await folder?.[Symbol.asyncDispose]();
});

function assay({ identity }: DrillPerson, args: readonly string[], input?: string) {
  const env = {
    PATH: process.env.PATH ?? "",
    ASSAY_HOME: join(folder.path, "state"),
    HOME: join(folder.path, identity.name),
  };
  return runAssay(args, { env, ...(input === undefined ? {} : { input }) });
}

test("one person stops trading at once; starting it again takes another person who signs what is shown", async () => {
  const { first: ada, second: grace } = people;
  const listed = await until(
    () => assay(ada, ["action", "--json"]),
    ({ out }) => out.includes("coinhubx.trading.enable"),
  );
  const policies = JSON.parse(listed.out) as { action: string; people: number }[];
  const peopleFor = (action: string) => policies.find((policy) => policy.action === action)?.people;
  deepEqual([peopleFor("coinhubx.trading.disable"), peopleFor("coinhubx.trading.enable")], [1, 2]);

  const stopped = await assay(ada, ["action", "coinhubx.trading.disable", "--reason", "prices look wrong"]);
  deepEqual([stopped.exit, stopped.err], [0, ""]);
  match(stopped.out, /^coinhubx\.trading\.disable executed/);
  equal((await assay(ada, ["curl", "coinhubx", "/api/reconciliation/run", "-X", "POST"])).exit, 0);

  const code = await ada.code();
  const asked = await assay(ada, [
    "action",
    "coinhubx.trading.enable",
    "--reason",
    "books agree",
    "--totp",
    code,
    "--json",
  ]);
  equal(asked.exit, 0, asked.err);
  const { approval_id: id, code: compared } = JSON.parse(asked.out);
  match((await assay(grace, ["approve"])).out, new RegExp(`${id} +${compared}`));
  const own = await assay(ada, ["approve", id, "--totp", "000000"]);
  equal(own.exit, 1);
  const wrongCode = await assay(grace, ["approve", id, "--code", "0000-0000"]);
  deepEqual([wrongCode.exit, wrongCode.err.includes(compared)], [2, true]);
  const signed = await assay(grace, ["approve", id, "--totp", await grace.code(), "--code", compared]);
  equal(signed.exit, 0, signed.err);
  match(signed.out, /executed: DONE/);
  const flags = await assay(ada, ["curl", "coinhubx", "/api/feature-flags"]);
  match(flags.out, /"flag_name":"trading","enabled":true/);
});

test("a runbook is linted, planned and run from the command line", async () => {
  const { first: ada } = people;
  const file = join(REPOSITORY, "systems", "coinhubx", "runbooks", "health-checks.md");
  deepEqual(await assay(ada, ["runbook", "lint", file]), { exit: 0, out: "1 checked, nothing is wrong.\n", err: "" });
  const broken = join(folder.path, "health-checks.md");
  await writeFile(broken, (await readFile(file, "utf8")).replace("effect=read", "effect=danger"));
  const linted = await assay(ada, ["runbook", "lint", broken]);
  deepEqual([linted.exit, linted.out.startsWith(`${broken}:`)], [1, true]);
  await until(
    () => assay(ada, ["runbook", "list"]),
    ({ out }) => /health-checks +coinhubx/.test(out),
  );
  match((await assay(ada, ["runbook", "plan", "health-checks"])).out, /^1\. .*\[read\]/);
  const ran = await assay(ada, ["runbook", "run", "health-checks", "--json"]);
  const { run } = JSON.parse(ran.out) as { run: { id: string; state: string } };
  deepEqual([ran.exit, run.state], [1, "waiting_for_person"]);
  equal((await assay(ada, ["runbook", "verify", run.id])).exit, 1);
  equal((await assay(ada, ["runbook", "sign", run.id])).exit, 2);
  const signed = await assay(ada, ["runbook", "sign", run.id, "--done", "--note", "all is quiet"]);
  deepEqual([signed.exit, signed.err], [0, ""]);
  match(signed.out, /passed .*\n?$/);
  equal((await assay(ada, ["runbook", "verify", run.id])).exit, 0);
  match((await assay(ada, ["runbook", "transcript", run.id])).out, /^# /);
  match((await assay(ada, ["runbook", "runs"])).out, new RegExp(`${run.id} +health-checks +finished +passed`));
});

test("a backup is created, verified and listed", async () => {
  const { first: ada } = people;
  const tested = await assay(ada, ["backup", "test", "coinhubx", "--json"]);
  equal(tested.exit, 0, tested.err);
  const { backup_name: name, verified } = JSON.parse(tested.out);
  equal(verified, true);
  match((await assay(ada, ["backup", "list", "coinhubx"])).out, new RegExp(`${name} .*20\\d\\d-`));
  equal((await assay(ada, ["backup", "verify", "coinhubx", "backup_20000101_000000"])).exit, 1);
  const swap = await assay(ada, ["backup", "swap", "coinhubx"]);
  deepEqual([swap.exit, /NO_RESTORED_COPY/.test(swap.err)], [1, true]);
});

test("a restore is drilled, a report made and the routine listed from the shell", async () => {
  const { first: ada } = people;
  const drilled = await assay(ada, ["backup", "drill", "coinhubx", "--json"]);
  equal(drilled.exit, 0, drilled.err);
  const { verdict, facts } = JSON.parse(drilled.out);
  deepEqual([verdict, facts.rto_ms > 0, facts.rpo_ms >= 0, facts.rows_compared > 0], ["passed", true, true, true]);
  match((await assay(ada, ["backup", "inventory"])).out, /coinhubx +database +1 +backup_\d{8}_\d{6} /);
  const made = await assay(ada, ["report", "make", "coinhubx", "compliance"]);
  match(made.out, /^# Compliance of CoinHubX\n.*\| Restore drills that passed \| 1 \| 1 \|/s);
  const { checklists } = JSON.parse((await assay(ada, ["checklist", "list", "--json"])).out);
  const names = checklists.map((one: { checklist: { name: string } }) => one.checklist.name);
  deepEqual(names.filter((name: string) => name === "daily-close" || name === "weekly-plane-review").sort(), [
    "daily-close",
    "weekly-plane-review",
  ]);
});

test("the exchange's own commands are reached through assay", async () => {
  const { first: ada } = people;
  equal((await assay(ada, ["coinhubx", "--help"])).exit, 0);
  equal((await assay(ada, ["coinhubx", "ledger", "verify"])).exit, 0);
  equal((await assay(ada, ["sql", "coinhubx", "select count(*) from ledger_accounts"])).exit, 0);
});

async function until<T>(read: () => Promise<T>, accepts: (value: T) => boolean): Promise<T> {
  const limitMs = systemClock.monotonicMs() + 30_000;
  for (;;) {
    const value = await read();
    if (accepts(value)) return value;
    ok(systemClock.monotonicMs() < limitMs, `in time: ${JSON.stringify(value).slice(0, 300)}`);
    await systemClock.sleep(200);
  }
}
