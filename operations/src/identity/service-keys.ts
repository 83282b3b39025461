import { isWellKnownSecret } from "@assay/platform/config/well-known-secrets";
import { equalBytes } from "@assay/primitives/bytes";
import { sha256 } from "@assay/primitives/hash";
import type { ServicePrincipal } from "./principal.ts";

const SHORTEST_KEY = 16;

/** Keys with which systems call the plane; only their hashes stay in memory. */
export interface ServiceKeys {
  find(key: string): ServicePrincipal | undefined;
  readonly names: readonly string[];
}

export function createServiceKeys(keys: Readonly<Record<string, string>>): ServiceKeys {
  const hashes = Object.entries(keys).map(([name, key]) => ({ name, hash: sha256(key) }));
  return {
    find: (key) => {
      const hash = sha256(key);
      const known = hashes.find((candidate) => equalBytes(candidate.hash, hash));
      return known === undefined ? undefined : { kind: "service", name: known.name };
    },
    names: hashes.map(({ name }) => name),
  };
}

/** What is wrong with the keys, a sentence each; outside local mode nothing that somebody could guess is taken. */
export function serviceKeyProblems(keys: Readonly<Record<string, string>>, environment: string): string[] {
  const values = Object.values(keys);
  const problems = Object.entries(keys).flatMap(([name, key]) => {
    if (environment === "local") return [];
    if (isWellKnownSecret(key)) return [`The key of service ${name} is a well-known word: choose a random one.`];
    if (key.length < SHORTEST_KEY) return [`The key of service ${name} has fewer than ${SHORTEST_KEY} characters.`];
    return [];
  });
  return new Set(values).size === values.length ? problems : [...problems, "Two services have the same key."];
}
