import { deepEqual, equal } from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { lintRunbooks } from "@assay/operations/runbooks/lint-runbooks";
import { fileManifestSource } from "@assay/operations/systems/manifest-file";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const manifests = globSync("examples/*/manifest.yaml", { cwd: ROOT });

test("the manifests and runbooks of the examples have nothing wrong", async () => {
  equal(manifests.length > 0, true);
  for (const path of manifests) {
    const read = await fileManifestSource(join(ROOT, path)).read();
    if (!read.ok) throw new Error(`${path}: ${JSON.stringify(read.refusal.problems)}`);
    const files = read.value.runbooks.map((runbook) => {
      const name = join(dirname(path), runbook.path.slice("file:".length));
      return { path: name, text: readFileSync(join(ROOT, name), "utf8") };
    });
    deepEqual(lintRunbooks({ files, manifest: read.value }).problems, []);
  }
});

test("the examples import nothing of ours: they are somebody else's", () => {
  const own = globSync("examples/**/*.mjs", { cwd: ROOT }).filter((path) =>
    readFileSync(join(ROOT, path), "utf8").includes("@assay/"),
  );
  deepEqual(own, []);
});
