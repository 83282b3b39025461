import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { assert } from "@assay/primitives/assert";
import Provider from "oidc-provider";
import { oidcMemory } from "./oidc-memory.ts";

export interface TestAccount {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: boolean;
}

export interface TestProviderOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Asked for when the first person comes: a site may know its own address only after it started. */
  readonly redirectUrls: () => readonly string[];
  readonly accounts: readonly TestAccount[];
}

/** A real OpenID provider on loopback. Its sign-in page asks for nothing: a person picks who they are. */
export interface TestProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Goes through the provider's pages as a browser would, and returns the address that it sends the browser back to. */
  signIn(authorizationUrl: string, sub: string): Promise<string>;
}

const MOST_HOPS = 10;

export async function startOidcProvider(options: TestProviderOptions): Promise<TestProvider> {
  let listener: RequestListener = (_, response) => response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let provider: Provider | undefined;
  listener = (request, response) => {
    provider ??= new Provider(issuer, configurationOf(options));
    if (request.url?.startsWith("/interaction/") !== true) return void provider.callback()(request, response);
    void interact(provider, { request, response, accounts: options.accounts });
  };
  return {
    issuer,
    signIn: (authorizationUrl, sub) => walk(authorizationUrl, { issuer, sub }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configurationOf({ clientId, clientSecret, redirectUrls, accounts }: TestProviderOptions) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return {
    adapter: oidcMemory(),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...redirectUrls()],
        grant_types: ["authorization_code"],
        response_types: ["code" as const],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kty: "RSA", use: "sig", alg: "RS256" }] },
    cookies: { keys: ["of a test"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => true },
    findAccount: (_: unknown, sub: string) => {
      const account = accounts.find((known) => known.sub === sub);
      return account && { accountId: sub, claims: () => ({ ...account }) };
    },
    // Consent is given beforehand: tests are about signing in.
    async loadExistingGrant({ oidc }: { oidc: import("oidc-provider").KoaContextWithOIDC["oidc"] }) {
      const grant = new oidc.provider.Grant({ accountId: oidc.session?.accountId ?? "", clientId });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  };
}

/** The provider's sign-in page: a button for each account. */
async function interact(
  provider: Provider,
  at: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly accounts: readonly TestAccount[];
  },
): Promise<void> {
  const { request, response, accounts } = at;
  const chosen = new URL(request.url ?? "", "http://provider").searchParams.get("as");
  if (chosen === null) {
    const buttons = accounts.map(({ sub, email }) => `<button name="as" value="${sub}">${email}</button>`).join("");
    const page = `<!doctype html><html lang="en"><title>Provider</title><main><form>${buttons}</form></main></html>`;
    response.writeHead(200, { "content-type": "text/html" }).end(page);
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId: chosen } });
}

async function walk(
  start: string,
  { issuer, sub }: { readonly issuer: string; readonly sub: string },
): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [name = "", value = ""] = set.split(";")[0]!.split(/=(.*)/s);
      cookies.set(name, value);
    }
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (location === null) {
      assert(url.includes("/interaction/"), `the provider asks who signs in, not ${response.status} at ${url}`);
      url = `${url}?as=${encodeURIComponent(sub)}`;
      continue;
    }
    url = new URL(location, url).href;
    if (!url.startsWith(issuer)) return url;
  }
  throw new Error("the provider leads in circles");
}
