import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listFiles, ROOT, readFiles } from "./repository.ts";
import { runProgram } from "./step.ts";

/** The page applications, each with the folders its bundle is made of. */
const PAGES = [
  { folder: "apps/console", sources: ["apps/console", "apps/page-kit", "operations/src", "systems", "primitives/src"] },
  {
    folder: "apps/coinhubx-frontend",
    sources: ["apps/coinhubx-frontend", "apps/page-kit", "systems/coinhubx/src/api", "primitives/src"],
  },
  {
    folder: "apps/status-page",
    sources: ["apps/status-page", "apps/page-kit", "operations/src/api/schema", "primitives/src"],
  },
];

// Building takes a second or two; knowing that nothing changed takes a tenth of one.
await Promise.all(
  PAGES.map(async ({ folder, sources }) => {
    if (!existsSync(join(ROOT, folder, "vite.config.ts"))) return;
    const stamp = join(ROOT, folder, "dist", ".built-from");
    const digest = digestOf(sources);
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
    const startedAt = performance.now();
    const { code, output } = await runProgram("vite", ["build", folder, "--logLevel", "warn"]);
    if (code !== 0) {
      process.stderr.write(`Building ${folder} failed.\n${output}\n`);
      process.exitCode = 1;
      return;
    }
    writeFileSync(stamp, digest);
    process.stderr.write(`Built ${folder} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  }),
);

function digestOf(folders: readonly string[]): string {
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  for (const { path, text } of readFiles(listFiles(/\.(tsx?|css|html|json|svg)$/, folders))) {
    if (!path.endsWith(".test.ts")) hash.update(`${path}\0${text.length}\0`).update(text);
  }
  return hash.digest("hex");
}
