import { fileURLToPath } from "node:url";
import { startStack } from "@assay/operations/drills/drill-fixture";
import type { BrowserContextOptions } from "playwright-core";
import { openBrowser } from "./open-browser.ts";
import type { ConsoleStage } from "./people.ts";

const CONSOLE_DIRECTORY = fileURLToPath(new URL("../../apps/console/dist", import.meta.url));
const PATIENCE_MS = 15_000;

/** The plane alone with its console, a browser, and a small system that can be broken: for flows without the exchange. */
export interface PlaneStage extends ConsoleStage, AsyncDisposable {
  readonly kiosk: Awaited<ReturnType<typeof startStack>>["kiosk"];
}

export async function startPlaneStage(): Promise<PlaneStage> {
  await using resources = new AsyncDisposableStack();
  const { kiosk, stack, ...plane } = await startStack({ OPERATIONS_CONSOLE_DIR: CONSOLE_DIRECTORY });
  resources.use(plane);
  const browser = resources.use(await openBrowser());
  const code = await stack.bootstrapCode();
  const running = resources.move();
  return {
    kiosk,
    stack: { bootstrapCode: () => code },
    openConsole: async (options: BrowserContextOptions = {}) => {
      const viewport = { width: 1280, height: 900 };
      const context = await browser.newContext({ viewport, baseURL: stack.planeUrl, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      return context.newPage();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
