import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { processEnvironment } from "@assay/platform/config/process-environment";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
// No sandbox, because tests may run as root; and nothing that reaches for the network by itself.
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const program = (processEnvironment.PATH ?? "/usr/bin:/bin")
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** Why browser tests cannot run here, or false. In CI a missing browser is a failure, not a reason to skip. */
export const browserMissing: string | false =
  program === undefined && processEnvironment.CI !== "true" && "there is no Chromium on this machine";

/** Debian's Chromium without a window. */
export function openBrowser(): Promise<Browser> {
  if (program === undefined) throw new Error("Browser tests need Chromium (Debian package chromium)");
  return chromium.launch({ executablePath: program, args: ARGUMENTS });
}
