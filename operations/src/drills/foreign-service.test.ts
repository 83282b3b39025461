import { equal, match, rejects } from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@assay/platform/clock/clock";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { DrillError } from "./drill-error.ts";
import { startForeignService } from "./foreign-service.ts";

const SERVER = `
import { createServer } from "node:http";
let broken = false;
createServer((request, response) => {
  if (request.method === "POST") broken = true;
  response.end(String(broken));
}).listen(Number(process.argv[2]), "127.0.0.1");
`;
const BREAK = `await fetch(process.argv[2], { method: "POST" });`;

const MANIFEST = `# Kept as it is.
system: lamp
title: Lamp
version: "1"
environment: local
services: [{ name: lamp, url: "http://127.0.0.1:9" }]
drillStart: [{ service: lamp, program: node, args: [server.mjs, "{{port}}"] }]
faults:
  - name: off
    title: It is dark
    alert: Dark
    detectWithinMs: 1000
    recoverWithinMs: 1000
    inject: { program: node, args: [break.mjs, "{{services.lamp}}"] }
`;

async function startLamp(manifest = MANIFEST) {
  await using made = new AsyncDisposableStack();
  const [own, copy] = [made.use(await temporaryFolder()), made.use(await temporaryFolder())];
  await writeFile(join(own.path, "server.mjs"), SERVER);
  await writeFile(join(own.path, "break.mjs"), BREAK);
  const file = join(own.path, "manifest.yaml");
  await writeFile(file, manifest);
  const options = { manifest: file, folder: copy.path, clock: systemClock, path: process.env.PATH ?? "" };
  const lamp = made.use(await startForeignService(options));
  const kept = made.move();
  return { lamp, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

test("a service that is not ours starts on a port of its own, breaks by its fault, and ends with the drill", async () => {
  let url = "";
  {
    await using started = await startLamp();
    const { system, manifest, faults } = started.lamp;
    equal(system, "lamp");
    const text = await readFile(manifest, "utf8");
    match(text, /^# Kept as it is\./);
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? "";
    equal(await (await fetch(url)).text(), "false");
    await faults.off?.inject();
    equal(await (await fetch(url)).text(), "true");
  }
  await rejects(fetch(url));
});

test("a drill starts nothing but what is allowed, and breaks nothing that is not local", async () => {
  const refused = async (manifest: string, reason: RegExp) =>
    await rejects(startLamp(manifest), (error) => error instanceof DrillError && reason.test(error.message));
  await refused(MANIFEST.replaceAll("program: node", "program: bash"), /node, curl, kill, and not bash/);
  await refused(MANIFEST.replaceAll("program: node", "program: ./node"), /drillStart\.0\.program .*without a path/);
  await refused(MANIFEST.replace("environment: local", "environment: production"), /is in production/);
  await refused(MANIFEST.replace("{{port}}", "{{home}}"), /\{\{home\}\} in the arguments of node names nothing/);
  await refused(MANIFEST.replace("[server.mjs", "[gone.mjs"), /lamp ended with 1 instead of answering/);
  await refused(MANIFEST.replace(/drillStart.*\n/, ""), /does not say in drillStart/);
});
