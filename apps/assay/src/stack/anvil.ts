import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import type { Program } from "@assay/platform/supervisor/die-with-parent";
import { Failure } from "@assay/primitives/failure";

export const LOCAL_CHAIN_ID = 31_337;

/** The program that serves a local EVM chain which keeps its state over restarts. @throws Failure `ANVIL_MISSING`. */
export function anvilProgram(options: { port: number; stateFile: string; path: string }): Program {
  const args = ["--host", "127.0.0.1", "--port", String(options.port), "--chain-id", String(LOCAL_CHAIN_ID)];
  const kept = ["--block-time", "2", "--state", options.stateFile, "--state-interval", "60"];
  return { command: findAnvil(options.path), args: [...args, ...kept, "--silent"] };
}

function findAnvil(path: string): string {
  const candidates = [packagedAnvil(), ...path.split(delimiter).map((folder) => join(folder, "anvil"))];
  const found = candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
  if (found !== undefined) return found;
  const reason = `There is no anvil for ${process.platform}-${process.arch}: run "npm install" again, or install Foundry.`;
  throw new Failure("ANVIL_MISSING", { retryable: false, details: { reason } });
}

function packagedAnvil(): string | undefined {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve(`@foundry-rs/anvil-${process.platform}-${architecture}/package.json`);
    return join(dirname(manifest), "bin", "anvil");
  } catch {
    return undefined;
  }
}
