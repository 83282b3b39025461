import { deepEqual } from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)/g;

test("every relative link in the documents leads to a file", () => {
  const documents = globSync("**/*.md", { cwd: ROOT, exclude: ["**/node_modules/**", "**/dist/**", ".assay/**"] });
  const broken = documents.flatMap((document) =>
    [...readFileSync(join(ROOT, document), "utf8").matchAll(LINK)]
      .filter((match) => !existsSync(join(ROOT, dirname(document), match[1]!)))
      .map((match) => `${document}: ${match[1]}`),
  );
  deepEqual(broken, []);
});

test("every decision record has context, decision and consequences", () => {
  const incomplete = globSync("docs/decisions/*.md", { cwd: ROOT }).filter((document) => {
    const text = readFileSync(join(ROOT, document), "utf8");
    return !["**Context.**", "**Decision.**", "**Consequences.**"].every((part) => text.includes(part));
  });
  deepEqual(incomplete, []);
});
