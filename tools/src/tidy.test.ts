import { deepEqual, match } from "node:assert/strict";
import { test } from "node:test";
import { findUntidiness } from "./tidy.ts";

function breaches(path: string, text: string): string {
  return findUntidiness({ path, text }).join("\n");
}

test("a lower layer may not import a higher one", () => {
  match(
    breaches("platform/src/x/a.ts", 'import { b } from "@assay/operations/alerts/b";\nb();'),
    /may not import @assay\/operations/,
  );
  deepEqual(breaches("operations/src/alerts/a.ts", 'import { b } from "@assay/platform/http/b";\nb();'), "");
});

test("a library is imported at its door only", () => {
  match(breaches("systems/coinhubx/src/ledger/a.ts", 'import pg from "pg";\npg;'), /one door: platform\/src\/storage/);
  deepEqual(breaches("platform/src/storage/a.ts", 'import pg from "pg";\npg;'), "");
});

test("a domain folder imports neither api nor operations", () => {
  match(
    breaches("systems/coinhubx/src/ledger/a.ts", 'import { m } from "../operations/manifest.ts";\nm;'),
    /a domain imports neither/,
  );
  deepEqual(breaches("systems/coinhubx/src/api/a.ts", 'import { m } from "../operations/manifest.ts";\nm;'), "");
});

test("a relative import stays inside its package", () => {
  match(
    breaches("platform/src/http/a.ts", 'import { m } from "../../../primitives/src/amount.ts";\nm;'),
    /through its exports/,
  );
});

test("time, chance, settings and output come through their doors", () => {
  match(breaches("systems/coinhubx/src/ledger/a.ts", "const t = Date.now();"), /an injected Clock/);
  match(breaches("systems/coinhubx/src/ledger/a.ts", "const r = Math.random();"), /an injected Random/);
  match(breaches("systems/coinhubx/src/ledger/a.ts", "const e = process.env.HOME;"), /a Config/);
  deepEqual(breaches("systems/coinhubx/src/ledger/a.test.ts", "const t = Date.now();"), "");
  deepEqual(breaches("systems/coinhubx/src/ledger/a.ts", "// Date.now() would be wrong here"), "");
});

test("files have telling kebab-case names, bounded sizes and no marks of unfinished work", () => {
  match(breaches("platform/src/http/utils.ts", "export const a = 1;"), /name the file after/);
  match(breaches("platform/src/http/HttpServer.ts", "export const a = 1;"), /kebab-case/);
  match(breaches("platform/src/http/long.ts", "a;\n".repeat(501)), /has 501 lines/);
  match(breaches("platform/src/http/a.ts", `const a = 1; // ${"TO"}DO later`), /does not belong/);
});

test("a file that only passes on exports is a barrel", () => {
  match(breaches("platform/src/http/a.ts", 'export { b } from "./b.ts";\nexport * from "./c.ts";\n'), /is a barrel/);
});

test("pages import schemas and never a system's inside", () => {
  match(
    breaches("apps/console/src/a.tsx", 'import { x } from "@assay/coinhubx/ledger/ledger";\nx;'),
    /api schemas only/,
  );
  deepEqual(breaches("apps/console/src/a.tsx", 'import { x } from "@assay/coinhubx/api/schema/orders";\nx;'), "");
});
