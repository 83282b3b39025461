import { equal, match, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startLocalStack } from "@assay/cli/local-stack";
import { verifyBundle } from "@assay/operations/audit/verify-bundle";
import { createDrillPeople } from "@assay/operations/drills/drill-people";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";

const MAIN = fileURLToPath(import.meta.resolve("../../apps/assay/src/main.ts"));
/** In the signed checkpoint, in the key, in an entry. */
const CHANGED = ["checkpoint", "verifierKey", "people.enrolled"];
/** How many places among the entries are tried besides, without the command; of the header, every one. */
const PLACES = 200;
const BITS = [0x01, 0x02, 0x20];

test("an export of the audit log verifies without the plane, and with any one byte changed it does not", async () => {
  await using folder = await temporaryFolder();
  const exported = await exportLog(join(folder.path, "state"));
  const file = join(folder.path, "bundle.json");
  await writeFile(file, exported);
  const good = await verify(file);
  equal(good.exit, 0, good.output);
  match(good.output, /bundle\.json verifies: entries 0 to \d+/);

  const changed = join(folder.path, "changed.json");
  for (const word of CHANGED) {
    const at = exported.indexOf(word);
    ok(at > 0, word);
    await writeFile(changed, changedAt(exported, at, 0x01));
    const bad = await verify(changed);
    equal(bad.exit, 1, `${word}: ${bad.output}`);
    match(bad.output, /changed\.json does not verify/);
  }
  const headerEnd = exported.indexOf("\n");
  const step = Math.max(1, Math.floor((exported.length - headerEnd) / PLACES));
  for (let at = 0; at < exported.length; at += at < headerEnd ? 1 : step) {
    for (const bit of BITS) {
      equal((await verifyBundle([changedAt(exported, at, bit)])).ok, false, `byte ${at}, bit ${bit}`);
    }
  }
});

/** The log of a plane that two people joined. The plane has ended when this resolves. */
async function exportLog(stateDirectory: string): Promise<Buffer> {
  await using stack = await startLocalStack({
    stateDirectory,
    portOffset: "free",
    select: ({ group }) => group === "operations",
    ...(process.env.PATH === undefined ? {} : { path: process.env.PATH }),
  });
  const planeUrl = stack.urls.operations;
  const bootstrapCode = async () => stack.bootstrapCode() ?? "";
  await using people = await createDrillPeople({ planeUrl, systemUrl: planeUrl, bootstrapCode });
  return Buffer.from(await people.first.text({ path: "/api/audit/export" }));
}

function changedAt(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= bit;
  return copy;
}

/** Runs the real command, which knows nothing but the file. */
function verify(file: string): Promise<{ readonly exit: number; readonly output: string }> {
  return new Promise((resolve) => {
    const args = [MAIN, "audit", "verify", file];
    const child = execFile(process.execPath, args, { env: { HOME: "/nonexistent" } }, (_error, stdout, stderr) =>
      resolve({ exit: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}
