import { deepEqual, equal, match } from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import { sha256Hex } from "@assay/primitives/hash";
import { fileManifestSource } from "./manifest-file.ts";
import { openManifestFolder } from "./manifest-folder.ts";

const MANIFEST = `system: rates
title: Rates
version: "1"
environment: local
services:
  - name: rates
    url: http://127.0.0.1:4010
thresholds:
  - id: rates.age
    title: Age of the rates
    unit: s
    expression: { kind: gauge, metric: rates_age_seconds, aggregate: max }
    target: { op: lte, value: 60 }
    levels: { high: { op: gt, value: 120 } }
    forMs: 0
    source: what its users were promised
alertRules:
  - { name: RatesOld, summary: Rates are old., thresholds: [rates.age], runbook: rates-old }
runbooks:
  - { id: rates-old, path: "file:runbooks/rates-old.md" }
`;

const RUNBOOK = `---
runbook: rates-old
title: Rates are old
version: 3
severity: P1
alerts: [rates.RatesOld]
---
## 1. Look

- [ ] The source answers
`;

async function startFolder() {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, "runbooks"));
  const write = (name: string, text: string) => writeFile(join(folder.path, name), text);
  await write("manifest.yaml", MANIFEST);
  await write("runbooks/rates-old.md", RUNBOOK);
  const source = fileManifestSource(join(folder.path, "manifest.yaml"));
  const problems = async () => {
    const read = await source.read();
    return read.ok ? [] : read.refusal.problems;
  };
  return { ...folder, write, source, problems };
}

test("a service that is not ours joins with a file, and its runbooks are the Markdown beside it", async () => {
  await using folder = await startFolder();
  const read = await folder.source.read();
  const manifest = read.ok ? read.value : undefined;
  deepEqual(manifest?.runbooks, [
    { id: "rates-old", version: 3, sha256: sha256Hex(RUNBOOK), path: "file:runbooks/rates-old.md" },
  ]);
  equal(await folder.source.runbook?.("file:runbooks/rates-old.md"), RUNBOOK);
});

test("what is wrong in the file is refused with line, column and reason", async () => {
  await using folder = await startFolder();
  await folder.write("manifest.yaml", MANIFEST.replace("unit: s", "unit: fortnights").replace("[rates.age]", "[x.y]"));
  const [unit] = await folder.problems();
  deepEqual([unit?.path, unit?.line, unit?.column], ["thresholds.0.unit", 11, 11]);
  match(unit?.reason ?? "", /Invalid option/);
  await folder.write("manifest.yaml", MANIFEST.replace("[rates.age]", "[x.y]"));
  deepEqual(await folder.problems(), [
    { path: "alertRules.0.thresholds", reason: "x.y is not declared", line: 18, column: 60 },
  ]);
  await folder.write("manifest.yaml", `${MANIFEST}title: Again\n`);
  const [twice] = await folder.problems();
  deepEqual([twice?.line, twice?.reason], [21, "Map keys must be unique"]);
  await folder.write("manifest.yaml", "just words");
  deepEqual([(await folder.problems())[0]?.line, (await folder.problems()).length], [1, 1]);
});

test("a malformed runbook is a problem of the manifest, with its own line and reason", async () => {
  await using folder = await startFolder();
  await folder.write("runbooks/rates-old.md", RUNBOOK.replace("version: 3\n", ""));
  const [first, ...more] = await folder.problems();
  deepEqual([first?.path, first?.line, more], ["runbooks.0.path", 20, []]);
  match(first?.reason ?? "", /^runbooks\/rates-old\.md line \d+, column \d+: /);
  await rm(join(folder.path, "runbooks/rates-old.md"));
  match((await folder.problems())[0]?.reason ?? "", /rates-old\.md cannot be read: ENOENT/);
});

test("a manifest file reaches no file outside its folder, not even by a link", async () => {
  await using folder = await startFolder();
  await using elsewhere = await startFolder();
  const outside = join(elsewhere.path, "runbooks/rates-old.md");
  await symlink(outside, join(folder.path, "link.md"));
  for (const path of ["link.md", `../${elsewhere.path.split("/").at(-1)}/runbooks/rates-old.md`, outside]) {
    await folder.write("manifest.yaml", MANIFEST.replace("runbooks/rates-old.md", path));
    match((await folder.problems())[0]?.reason ?? "", /is not in the manifest's folder/);
    equal(await folder.source.runbook?.(`file:${path}`), undefined);
  }
});

test("a manifest that is no text, too large, or aliases itself into size is refused", async () => {
  await using folder = await startFolder();
  await writeFile(join(folder.path, "manifest.yaml"), Uint8Array.of(0x73, 0xff, 0xfe));
  match((await folder.problems())[0]?.reason ?? "", /is not UTF-8/);
  await folder.write("manifest.yaml", `# ${"x".repeat(1024 * 1024)}`);
  match((await folder.problems())[0]?.reason ?? "", /more than 1048576 bytes/);
  await folder.write("manifest.yaml", `title: &a [x, x]\nversion: [*a, *a]\n`);
  deepEqual(await folder.problems(), [
    { path: "", reason: "an alias is not read here; say it again", line: 2, column: 11 },
  ]);
});

test("a folder has one source for each manifest in it, and the same one each time", async () => {
  await using folder = await startFolder();
  await using other = await temporaryFolder();
  const listed = openManifestFolder(folder.path);
  const [first, ...more] = await listed.list();
  deepEqual([first?.name, more], [`file:${join(folder.path, "manifest.yaml")}`, []]);
  equal((await listed.list())[0], first);
  await mkdir(join(other.path, "rates"));
  await writeFile(join(other.path, "rates", "manifest.yaml"), MANIFEST);
  await writeFile(join(other.path, "notes.txt"), "");
  deepEqual(
    (await openManifestFolder(other.path).list()).map(({ name }) => name),
    [`file:${join(other.path, "rates", "manifest.yaml")}`],
  );
});
