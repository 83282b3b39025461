import { type LocalStack, startLocalStack } from "@assay/cli/local-stack";
import type { Environment } from "@assay/platform/config/setting";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openBrowser } from "./open-browser.ts";

/** How long a page may take to show what it should, on a machine that runs the whole product beside the browser. */
const PATIENCE_MS = 15_000;

/** The whole product on free ports and a browser, for all tests of one file. */
export interface Stage extends AsyncDisposable {
  readonly stack: LocalStack;
  readonly browser: Browser;
  /** The console in a browser profile of its own: another person's machine. */
  openConsole(options?: BrowserContextOptions): Promise<Page>;
  /** The customers' pages in a browser profile of its own. */
  openExchange(options?: BrowserContextOptions): Promise<Page>;
}

export interface StageOptions {
  /** Whether demo traders move the market; by default it holds still. */
  readonly moving?: boolean;
  /** Settings for all processes, over the stack's own. */
  readonly environment?: Environment;
}

/** Starts it all; disposing it leaves no process and no file behind. */
export async function startStage({ moving = false, environment = {} }: StageOptions = {}): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const browser = resources.use(await openBrowser());
  const stack = resources.use(
    await startLocalStack({
      stateDirectory: folder.path,
      portOffset: "free",
      environment,
      select: ({ name }) => moving || name !== "coinhubx-demo",
    }),
  );
  const running = resources.move();
  const open = async (url: string, options: BrowserContextOptions) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, baseURL: url, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    return context.newPage();
  };
  return {
    stack,
    browser,
    openConsole: (options = {}) => open(stack.urls.operations, options),
    openExchange: (options = {}) => open(stack.urls["coinhubx-frontend"], options),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
