import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { Failure } from "@assay/primitives/failure";
import { accept, type Result, refuse } from "@assay/primitives/result";

export type TargetRefusal = { readonly code: "NOT_HTTP" | "LOOPBACK_TARGET" };

/** Addresses of this machine and of its network's own services, such as a cloud's metadata. */
const OWN = new BlockList();
OWN.addSubnet("127.0.0.0", 8);
OWN.addSubnet("0.0.0.0", 8);
OWN.addSubnet("169.254.0.0", 16);
OWN.addAddress("::1", "ipv6");
OWN.addAddress("::", "ipv6");
OWN.addSubnet("fe80::", 10, "ipv6");

/**
 * Whether pages may be posted there. Who configures a target decides where the plane's requests go, so a channel is an
 * administrator's; and the plane never talks to its own machine for somebody else, except in local mode. Private
 * networks are allowed: that is where most receivers of an organisation are.
 */
export function checkTarget(url: string, allowsLoopback: boolean): Result<void, TargetRefusal> {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return refuse({ code: "NOT_HTTP" });
  const isOwn = !allowsLoopback && isOwnHost(parsed.hostname);
  return isOwn ? refuse({ code: "LOOPBACK_TARGET" }) : accept(undefined);
}

/** The same for what the name stands for now. @throws Failure `TARGET_REFUSED`, `TARGET_UNREACHABLE` (retryable). */
export async function assertTarget(url: string, allowsLoopback: boolean): Promise<void> {
  const checked = checkTarget(url, allowsLoopback);
  if (!checked.ok) throw new Failure("TARGET_REFUSED", { retryable: false, details: { reason: checked.refusal.code } });
  const { hostname } = new URL(url);
  if (allowsLoopback || isIP(bare(hostname)) !== 0) return;
  const addresses = await lookup(hostname, { all: true }).catch((cause: unknown) => {
    throw new Failure("TARGET_UNREACHABLE", { retryable: true, cause });
  });
  if (addresses.some(({ address }) => isOwnHost(address)))
    throw new Failure("TARGET_REFUSED", { retryable: false, details: { reason: "LOOPBACK_TARGET" } });
}

function isOwnHost(hostname: string): boolean {
  const host = bare(hostname).toLowerCase();
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const family = isIP(host);
  if (family === 0) return false;
  return OWN.check(host, family === 6 ? "ipv6" : "ipv4");
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
