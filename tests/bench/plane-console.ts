import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { startLocalStack } from "@assay/cli/local-stack";
import type { BenchFigures } from "@assay/platform/testing/bench-result";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import type { Browser } from "playwright-core";
import { browserMissing, openBrowser } from "../console/open-browser.ts";
import { firstOperator } from "../console/people.ts";
import type { Stage } from "../console/stage.ts";

// The console as Vite built it: what a browser fetches for its first page, gzipped, and how long that page takes on loopback
// with nothing cached, signed in, until its heading stands there.

const DIST = fileURLToPath(new URL("../../apps/console/dist", import.meta.url));
const KB = 1_000;

interface BenchOptions {
  readonly rounds: number;
  readonly quick?: boolean;
}

export async function bench({ quick = false }: BenchOptions): Promise<BenchFigures[]> {
  const all = readdirSync(join(DIST, "assets")).filter((name) => /\.(js|css)$/.test(name));
  const everything = {
    id: "Console",
    unit: "kB",
    figures: [sizeOf(all) / KB],
    goal: { of: "median", below: 300 },
  } as const;
  const whole = { ...everything, what: `all pages together, ${all.length} files, gzipped` };
  if (browserMissing) return [{ ...whole, note: `no figures of a browser: ${browserMissing}` }];
  const { times, fetched } = await measurePage(quick ? 3 : 10);
  return [
    { ...everything, what: `the first page, ${fetched.length} files, gzipped`, figures: [sizeOf(fetched) / KB] },
    whole,
    {
      ...{ id: "Console", what: "first page on loopback, nothing cached", unit: "ms", figures: times },
      goal: { of: "p95", below: 1_000 },
    },
  ];
}

async function measurePage(rounds: number) {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const browser = resources.use(await openBrowser());
  const stack = resources.use(
    await startLocalStack({
      ...{ stateDirectory: folder.path, portOffset: "free", environment: { OPERATIONS_SYSTEMS: "" } },
      select: ({ group }) => group === "operations",
    }),
  );
  const open = async () => (await browser.newContext({ baseURL: stack.urls.operations })).newPage();
  const stage = { stack, browser, openConsole: open, openExchange: open } as unknown as Stage;
  const operator = await firstOperator(stage);
  const storageState = await operator.page.context().storageState();
  const times: number[] = [];
  let fetched: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const seen = await load(browser, stack.urls.operations, storageState);
    times.push(seen.ms);
    fetched = seen.fetched;
  }
  return { times, fetched };
}

type StorageState = Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["storageState"]>>;

async function load(browser: Browser, baseURL: string, storageState: StorageState) {
  const context = await browser.newContext({ baseURL, storageState, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const fetched: string[] = [];
  page.on("request", (request) => {
    const name = /\/assets\/([^/?]+\.(?:js|css))$/.exec(request.url())?.[1];
    if (name !== undefined) fetched.push(name);
  });
  const start = performance.now();
  await page.goto("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  const ms = performance.now() - start;
  await page.waitForLoadState("networkidle").catch(() => undefined);
  await context.close();
  return { ms, fetched: [...new Set(fetched)] };
}

function sizeOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, "assets", name)), { level: 9 }).length, 0);
}
