import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { runAssay } from "./run-assay.ts";

const NOWHERE = { ASSAY_HOME: "/nonexistent/assay" };

test("the overview names every command, and each of them teaches itself", async () => {
  const overview = await runAssay(["--help"]);
  equal(overview.exit, 0);
  const commands = [...overview.out.matchAll(/^ {2}([a-z]+) {3,}/gm)].map(([, name]) => name!);
  ok(commands.length >= 20);
  for (const name of commands) {
    const { exit, out, err } = await runAssay([name, "--help"]);
    deepEqual([name, exit, err], [name, 0, ""]);
    match(out, new RegExp(`^assay ${name}`));
    match(out, /Examples[\s\S]*Exit codes|Commands/);
  }
});

test("help of a command inside a command shows lines to copy and what its exit codes mean", async () => {
  const { exit, out } = await runAssay(["audit", "verify", "--help"]);
  equal(exit, 0);
  match(out, /assay audit verify bundle\.json +# is it consistent\?/);
  match(out, /1 {3}it does not verify/);
});

test("nothing, an unknown command and an unknown option are exit code 2 with a hint", async () => {
  equal((await runAssay([])).exit, 2);
  const unknown = await runAssay(["resart"]);
  equal(unknown.exit, 2);
  match(unknown.err, /there is no "assay resart"; did you mean "assay restart"\?/);
  const option = await runAssay(["ps", "--colour"]);
  deepEqual([option.exit, option.err], [2, "there is no option --colour\nTry --help.\n"]);
  equal((await runAssay(["audit", "verfy"])).exit, 2);
  equal((await runAssay(["scale", "coinhubx-backend"])).exit, 2);
  equal((await runAssay(["logs", "--lines", "many"])).exit, 2);
  equal((await runAssay(["up", "nosuchsystem"], { env: NOWHERE })).exit, 2);
});

test("what cannot be reached is exit code 3 and one sentence", async () => {
  for (const args of [["ps"], ["top"], ["restart", "coinhubx"], ["stop"]]) {
    const { exit, out, err } = await runAssay(args, { env: NOWHERE });
    deepEqual([exit, out, err], [3, "", 'Assay is not running here; start it with "npm start".\n']);
  }
  const closed = { ...NOWHERE, ASSAY_PLANE_URL: "http://127.0.0.1:1" };
  const login = await runAssay(["login", "--email", "a@b.example", "--password-stdin"], { env: closed, input: "x" });
  equal(login.exit, 3);
});

test("with --json an error is JSON too", async () => {
  const { exit, err } = await runAssay(["ps", "--json"], { env: NOWHERE });
  equal(exit, 3);
  equal(JSON.parse(err).error.code, "SUPERVISOR_NOT_RUNNING");
});

test("a pipe gets no colours", async () => {
  const { out } = await runAssay(["doctor"], { env: NOWHERE });
  ok(!out.includes("\u001b["));
});

test("a database that is named wrongly is a matter of settings, exit code 78", async () => {
  const wrong = await runAssay(["up"], { env: { ASSAY_HOME: "/tmp/assay-never-made", DATABASE_URL: "mysql://x" } });
  deepEqual([wrong.exit, wrong.err.split("\n").at(-2)], [78, "DATABASE_URL does not begin with postgres://."]);
  const absent = await runAssay(["sql", "coinhubx", "select 1"], { env: NOWHERE });
  equal(absent.exit, 78);
});
