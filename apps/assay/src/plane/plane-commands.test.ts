import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { totpCode } from "@assay/platform/auth/totp";
import { systemClock } from "@assay/platform/clock/clock";
import { fetchJson } from "@assay/platform/http/http-client";
import { type TemporaryFolder, temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { type LocalStack, startLocalStack } from "../local-stack.ts";
import { runAssay } from "../run-assay.ts";

const EMAIL = "ada@plane.assay.test";
const PASSWORD = "a long enough password 7";
let folder: TemporaryFolder;
let stack: LocalStack;

/** One plane for all tests of this file, and one person who administers it. */
before(async () => {
  folder = await temporaryFolder();
  stack = await startLocalStack({
    stateDirectory: join(folder.path, "state"),
    portOffset: "free",
    select: ({ group }) => group === "operations",
  });
  const body = { code: stack.bootstrapCode()!, email: EMAIL, name: "Ada", password: PASSWORD };
  const { status } = await fetchJson(`${stack.urls.operations}/api/bootstrap`, { method: "POST", body });
  ok(status < 300);
});

after(async () => {
  await stack?.stop();
  await folder?.[Symbol.asyncDispose]();
});

function assay(args: readonly string[], options: { home?: string; input?: string } = {}) {
  const home = options.home ?? join(folder.path, "home");
  const env = { ASSAY_HOME: join(folder.path, "state"), HOME: home };
  return runAssay(args, { env, ...(options.input === undefined ? {} : { input: options.input }) });
}

async function login(home?: string) {
  const args = ["login", "--email", EMAIL, "--password-stdin"];
  return await assay(args, { input: `${PASSWORD}\n`, ...(home === undefined ? {} : { home }) });
}

test("signing in keeps the session for its owner alone, and a wrong password keeps none", async () => {
  const home = join(folder.path, "own-home");
  const wrong = await assay(["login", "--email", EMAIL, "--password-stdin"], { home, input: "not it at all" });
  equal(wrong.exit, 1);
  match(wrong.err, /BAD_CREDENTIALS/);
  const file = join(home, ".config", "assay", "session.json");
  equal(existsSync(file), false);
  const { exit, out } = await login(home);
  equal(exit, 0);
  match(out, /^Signed in to http:\/\/127\.0\.0\.1:\d+ as Ada until 2/);
  equal(statSync(file).mode & 0o777, 0o600);
  equal((await assay(["logout"], { home })).out, "Ada is signed out.\n");
  equal(existsSync(file), false);
  const signedOut = await assay(["audit", "list"], { home });
  deepEqual([signedOut.exit, /run "assay login" first/.test(signedOut.err)], [1, true]);
});

test("a system's token goes into a file for curl, never into ~/.curlrc", async () => {
  await login();
  const { exit, out } = await assay(["login", "coinhubx"]);
  equal(exit, 0);
  const path = join(folder.path, "home", ".config", "assay", "coinhubx.curlrc");
  equal(out, `export ASSAY_CURLRC='${path}'\n`);
  equal(statSync(path).mode & 0o777, 0o600);
  match(readFileSync(path, "utf8"), /^header = "Authorization: Bearer [\w.~+/=-]+"\n$/);
  equal(existsSync(join(folder.path, "home", ".curlrc")), false);
});

test("an export verifies without a server, and one with a changed byte does not", async () => {
  await login();
  const file = join(folder.path, "bundle.json");
  equal((await assay(["audit", "export", file])).exit, 0);
  const good = await assay(["audit", "verify", file, "--json"]);
  equal(good.exit, 0);
  const { verified, verifierKey, keyPinned } = JSON.parse(good.out);
  deepEqual([verified, keyPinned], [true, false]);
  equal(JSON.parse((await assay(["audit", "verify", file, "--json", "--key", verifierKey])).out).keyPinned, true);
  const later = join(folder.path, "later.json");
  const { size } = JSON.parse(good.out);
  equal((await assay(["audit", "export", later, "--action", "session", "--grown-since", String(size)])).exit, 0);
  const grown = await assay(["audit", "verify", later, "--since", file]);
  deepEqual([grown.exit, /stand with their hash alone/.test(grown.out)], [0, true]);
  match(grown.out, /The log only grew since/);
  equal((await assay(["audit", "verify", file, "--since", later])).exit, 1);
  equal((await assay(["audit", "compare", "1"])).exit, 0);
  equal((await assay(["audit", "compare", "1", "00".repeat(32)])).exit, 1);
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle]! ^= 1;
  await writeFile(file, bytes);
  const bad = await assay(["audit", "verify", file]);
  equal(bad.exit, 1);
  match(bad.out, /does not verify/);
  equal((await assay(["audit", "verify", join(folder.path, "absent")])).exit, 2);
});

test("lists of an empty plane are empty, as text and as JSON", async () => {
  await login();
  match((await assay(["audit", "list", "--search", "bootstrap"])).out, /ENTRY +AT +WHO/);
  deepEqual(await assay(["incident", "list"]), { exit: 0, out: "No incident is open.\n", err: "" });
  deepEqual(await assay(["approve"]), { exit: 0, out: "Nothing waits.\n", err: "" });
  deepEqual(JSON.parse((await assay(["approve", "--json"])).out), []);
  equal((await assay(["runbook", "list"])).exit, 0);
  equal((await assay(["runbook", "runs"])).out, "There are none.\n");
  const unknown = await assay(["action", "coinhubx.trading.disable", "--reason", "test"]);
  deepEqual([unknown.exit, /UNKNOWN_ACTION/.test(unknown.err)], [1, true]);
  const absent = await assay(["incident", "show", "nothing"]);
  deepEqual([absent.exit, /NOT_FOUND/.test(absent.err)], [1, true]);
});

test("curl calls the plane in one's own name and tells a refusal by its exit code", async () => {
  await login();
  const session = await assay(["curl", "operations", "/api/session", "-i"]);
  equal(session.exit, 0, session.err);
  match(session.out, /^HTTP 200\n[\s\S]*"name":"Ada"/);
  equal((await assay(["curl", "operations", "/api/nothing"])).exit, 1);
  equal((await assay(["curl", "operations", "/api/session", "--anonymous"])).exit, 1);
  equal((await assay(["curl", "nosystem", "/"])).exit, 2);
});

test("sql reads, and only reads", async () => {
  const read = await assay(["sql", "operations", "select email, 1::bigint as n from people", "--json"]);
  deepEqual([read.exit, JSON.parse(read.out || "null")], [0, [{ email: EMAIL, n: "1" }]]);
  const table = await assay(["sql", "operations"], { input: "select 1 as one where false" });
  deepEqual(table, { exit: 0, out: "(no rows)\n", err: "" });
  for (const statement of ["delete from people", "commit; delete from people", "create table x ()"]) {
    const { exit, err } = await assay(["sql", "operations", statement]);
    equal(exit, 1);
    match(err, /permission denied|multiple commands|read-only/);
  }
});

test("the doctor finds a running stack well", async () => {
  const { exit, out } = await assay(["doctor", "--json"]);
  const findings = JSON.parse(out) as { check: string; verdict: string }[];
  deepEqual(
    findings.filter(({ verdict }) => verdict === "bad"),
    [],
  );
  equal(exit, 0);
  ok(findings.some(({ check, verdict }) => check === "Processes" && verdict === "good"));
});

test("signing in wants the code of a second factor that is set up", async () => {
  const home = join(folder.path, "third-home");
  await login(home);
  const token = JSON.parse(readFileSync(join(home, ".config", "assay", "session.json"), "utf8")).token as string;
  const post = async (path: string, body: Record<string, string>) =>
    (await fetchJson(`${stack.urls.operations}${path}`, { method: "POST", body, token })).body;
  const { secret } = (await post("/api/totp/setup", {})) as { secret: string };
  await post("/api/totp/confirm", { code: totpCode(secret, systemClock.now()) });
  const without = await login(home);
  equal(without.exit, 1);
  match(without.err, /TOTP/);
});
