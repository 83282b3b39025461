import { fileURLToPath } from "node:url";
import { startStack } from "@assay/operations/drills/drill-fixture";
import { freePort } from "@assay/platform/testing/free-port";
import { startOidcProvider } from "@assay/platform/testing/oidc-provider";
import type { BrowserContextOptions, Page } from "playwright-core";
import { openBrowser } from "./open-browser.ts";

const CONSOLE_DIRECTORY = fileURLToPath(new URL("../../apps/console/dist", import.meta.url));
const PATIENCE_MS = 15_000;
/** Who the provider knows. */
export const ADA = { sub: "ada-at-provider", email: "ada@assay.test", email_verified: true };

export interface IdentityStage extends AsyncDisposable {
  /** Where browsers allow passkeys. */
  readonly url: string;
  readonly openConsole: (options?: BrowserContextOptions) => Promise<Page>;
  readonly stack: { readonly bootstrapCode: () => string };
}

/** A plane that is `localhost` for the browser, and an identity provider beside it. */
export async function startIdentityStage(): Promise<IdentityStage> {
  await using resources = new AsyncDisposableStack();
  const url = `http://localhost:${await freePort()}`;
  const client = { clientId: "assay", clientSecret: "a secret of the client" };
  const redirectUrls = () => [`${url}/api/session/provider/callback`];
  const provider = resources.use(await startOidcProvider({ ...client, redirectUrls, accounts: [ADA] }));
  const { stack } = resources.use(
    await startStack({
      OPERATIONS_CONSOLE_DIR: CONSOLE_DIRECTORY,
      OPERATIONS_PORT: new URL(url).port,
      OPERATIONS_PUBLIC_URL: url,
      OPERATIONS_OIDC_ISSUER: provider.issuer,
      OPERATIONS_OIDC_CLIENT_ID: client.clientId,
      OPERATIONS_OIDC_CLIENT_SECRET: client.clientSecret,
    }),
  );
  const browser = resources.use(await openBrowser());
  const code = await stack.bootstrapCode();
  const running = resources.move();
  return {
    url,
    stack: { bootstrapCode: () => code },
    openConsole: async (options = {}) => {
      const viewport = { width: 1280, height: 900 };
      const context = await browser.newContext({ viewport, baseURL: url, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      return context.newPage();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
