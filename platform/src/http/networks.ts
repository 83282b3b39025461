import { BlockList, isIP } from "node:net";
import { assert } from "@assay/primitives/assert";

/** A set of networks such as `10.0.0.0/8`, `::1` or `127.0.0.1`. */
export interface Networks {
  contains(address: string): boolean;
}

export const LOOPBACK_NETWORKS = ["127.0.0.0/8", "::1"] as const;

/** @throws AssertionError for an entry that is not a network. */
export function toNetworks(entries: readonly string[]): Networks {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", length] = entry.split("/");
    const version = isIP(address);
    assert(version !== 0, `${entry} is a network`);
    const family = version === 4 ? "ipv4" : "ipv6";
    list.addSubnet(address, length === undefined ? (version === 4 ? 32 : 128) : Number(length), family);
  }
  return {
    contains(address) {
      const plain = plainAddress(address);
      const version = isIP(plain);
      return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
    },
  };
}

/** An IPv4 address that came through an IPv6 socket, without its `::ffff:`. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** What counts as one visitor: the address, or the /64 of an IPv6 one, because a household owns at least that much. */
export function visitorKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail = ""] = address.split("%")[0]!.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? Array(Math.max(0, 8 - left.length - right.length)).fill("0") : [];
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`;
}
