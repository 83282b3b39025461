import { deepEqual, equal, match } from "node:assert/strict";
import { appendFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemListSchema, thresholdListSchema } from "@assay/operations/api/schema/systems";
import { createDrillPeople, type DrillPeople } from "@assay/operations/drills/drill-people";
import { waitUntil } from "@assay/operations/drills/wait-until";
import { systemClock } from "@assay/platform/clock/clock";
import { findFreePort } from "@assay/platform/supervisor/free-port";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { z } from "zod";
import { type GuideBlock, guideBlocks } from "./guide-blocks.ts";
import { GuideShell } from "./guide-shell.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WAIT_MS = 60_000;

test("a newcomer who follows the guide has a foreign service with alerts, a runbook and a passing drill", async () => {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  await prepareCopy(folder.path);
  const shell = resources.use(new GuideShell(folder.path));
  const port = await findFreePort();
  const guide = await readFile(join(ROOT, "docs/guides/join-a-service.md"), "utf8");
  // The guide's port may be somebody else's on this machine.
  const blocks = guideBlocks(guide.replaceAll("4010", String(port)));
  const perform = async (section: number) => {
    let output = "";
    for (const block of blocks.filter((one) => one.section === section)) output += await performBlock(block, shell);
    return output;
  };

  await perform(1);
  await until("the service answers", async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
  match(await perform(2), /describes my-rates: 1 service, .* Nothing is wrong\./);

  await perform(3);
  const people = resources.use(await signIn(shell));
  const systems = () => people.first.call({ path: "/api/systems" }, systemListSchema);
  await until("the service is healthy", async () => {
    const found = (await systems()).systems.find(({ id }) => id === "my-rates");
    return found?.status === "healthy";
  });

  await perform(4);
  // Its alert names a runbook that is not there yet: refused, with the place, and what was in force stays.
  await until("the manifest is refused", async () => {
    const refused = (await systems()).sources.find(({ system }) => system === "my-rates")?.problems[0];
    return refused?.path === "runbooks.0.path" && refused.line !== undefined;
  });
  equal((await systems()).systems.find(({ id }) => id === "my-rates")?.status, "healthy");

  match(await perform(5), /1 alert rule, 1 runbook/);
  await until("the threshold has a value", async () => {
    const { thresholds } = await people.first.call({ path: "/api/thresholds" }, thresholdListSchema);
    const found = thresholds.find(({ threshold }) => threshold.id === "my-rates.age");
    return found?.reading.kind === "value" && found.reading.onTarget;
  });
  const runbook = await people.first.call({ path: "/api/runbooks/rates-old" }, z.looseObject({ system: z.string() }));
  deepEqual([runbook.system, (await systems()).sources.flatMap(({ problems }) => problems)], ["my-rates", []]);

  const drill = await perform(6);
  match(drill, /time to recover/);
  match(drill, /proof verified offline/);
});

/** What a reader has: the examples, and `npm run assay` in the top folder. */
async function prepareCopy(folder: string): Promise<void> {
  await cp(join(ROOT, "examples"), join(folder, "examples"), { recursive: true });
  const assay = `"${process.execPath}" "${join(ROOT, "apps/assay/src/main.ts")}"`;
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", scripts: { assay } }));
}

async function performBlock({ kind, path, text }: GuideBlock, shell: GuideShell): Promise<string> {
  if (kind === "run") return await shell.run(text);
  if (kind === "background") {
    shell.background(text);
    return "";
  }
  const file = join(shell.folder, path!);
  await mkdir(dirname(file), { recursive: true });
  if (kind === "file") await writeFile(file, text);
  else await appendFile(file, text);
  return "";
}

/** The reader opens the console, enters the code and signs in; here two simulated people do. */
async function signIn({ stateDirectory }: GuideShell): Promise<DrillPeople> {
  const stackFile = join(stateDirectory, "run", "stack.json");
  const read = async (file: string) => await readFile(file, "utf8").catch(() => undefined);
  const code = join(stateDirectory, "operations.bootstrap");
  let planeUrl = "";
  await until("the plane is up", async () => {
    const stack = await read(stackFile);
    if (stack === undefined || (await read(code)) === undefined) return false;
    planeUrl = z.object({ urls: z.object({ operations: z.string() }) }).parse(JSON.parse(stack)).urls.operations;
    return (await fetch(`${planeUrl}/health`)).ok;
  });
  return await createDrillPeople({
    planeUrl,
    systemUrl: planeUrl,
    bootstrapCode: async () => (await readFile(code, "utf8")).trim(),
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  await waitUntil({ clock: systemClock, what, limitMs: WAIT_MS }, async () =>
    (await isSo().catch(() => false)) ? true : undefined,
  );
}
