import { fileURLToPath } from "node:url";

/** The schema of CoinHubX, for tests and benchmarks. */
export const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));
