import { deepEqual, equal } from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { commandLine } from "@assay/operations/runbooks/run/render";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { writeSessionFile } from "../plane/session-file.ts";
import { runAssay } from "../run-assay.ts";

const PARAMS = {
  account_id: "acc_1; rm -rf /",
  amount: "100",
  ratio: 0.5,
  enabled: true,
  nothing: null,
  quote: 'it\'s "so"',
  list: ["a", { b: 1 }],
  empty: "",
  flag: "--force",
};

test("the command that a step of a runbook shows is one that the terminal reads as the same action", async () => {
  await using folder = await temporaryFolder();
  await using plane = await startHttpReceiver();
  const reason = "Runbook books, step rebuild: What's wrong";
  const line = commandLine({ kind: "action", action: "kiosk.till.open", params: PARAMS }, { system: "kiosk", reason });
  const [program, ...args] = await shellWords(line);
  equal(program, "assay");
  const home = join(folder.path, "home");
  const session = { plane: plane.url, token: "tok_1", name: "Ada", expiresAt: "2030-01-01T00:00:00Z" };
  writeSessionFile({ HOME: home }, session);
  await runAssay(args, { env: { HOME: home, ASSAY_HOME: folder.path, ASSAY_PLANE_URL: plane.url } });
  const request = plane.requests.find(({ path }) => path === "/api/actions");
  deepEqual(request?.json, { action: "kiosk.till.open", params: PARAMS, reason });
});

/** The words that a real shell makes of a line. */
async function shellWords(line: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("sh", ["-c", `printf '%s\\0' ${line}`]);
  return stdout.split("\0").slice(0, -1);
}
