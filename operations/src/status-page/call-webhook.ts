import { lookup } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { toNetworks } from "@assay/platform/http/networks";
import { Failure } from "@assay/primitives/failure";

export interface WebhookCall {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Anybody may name an address here, so only ones of the open network are called, unless this machine is for trying out. */
  readonly mayBePrivate: boolean;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;
const LARGEST_ANSWER = 4_096;

/** Addresses that lead to this machine, its neighbours or nowhere (IANA special-purpose registries). */
const PRIVATE = toNetworks([
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"],
  ...["::/127", "64:ff9b::/96", "100::/64", "2001::/23", "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8"],
]);

/**
 * Posts to an address that a stranger named; the first 4 KiB of the answer. Where it leads is looked at when the connection
 * is made, so that a name cannot change its mind in between; redirects are not followed.
 * @throws Failure `WEBHOOK_FAILED`, or `WEBHOOK_NOT_PUBLIC` (not retryable).
 */
export async function callWebhook(call: WebhookCall): Promise<{ readonly status: number; readonly text: string }> {
  const url = new URL(call.url);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const { mayBePrivate, timeoutMs = TIMEOUT_MS } = call;
  if (!mayBePrivate && isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0 && isPrivate(url.hostname)) throw notPublic();
  return await new Promise((resolve, reject) => {
    const request = send(url, {
      method: "POST",
      headers: { ...call.headers, "content-length": Buffer.byteLength(call.body) },
      lookup: mayBePrivate ? undefined : publicLookup,
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on("error", (cause) =>
      reject(cause instanceof Failure ? cause : new Failure("WEBHOOK_FAILED", { retryable: true, cause })),
    );
    request.on("response", (response) => {
      let text = "";
      const done = () => resolve({ status: response.statusCode ?? 0, text: text.slice(0, LARGEST_ANSWER) });
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length <= LARGEST_ANSWER) return;
        done();
        request.destroy();
      });
      response.on("end", done);
    });
    request.end(call.body);
  });
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "", 4);
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => isPrivate(address))) return callback(notPublic(), "", 4);
    return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};

function isPrivate(address: string): boolean {
  return PRIVATE.contains(address.replace(/^\[|\]$/g, ""));
}

function notPublic(): Failure {
  return new Failure("WEBHOOK_NOT_PUBLIC", { retryable: false });
}
