import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program of the operating system that some tests need, and the Debian package that brings it. */
const PREREQUISITES = [
  { program: "chromium", debianPackage: "chromium", tests: "browser tests" },
  { program: "promtool", debianPackage: "prometheus", tests: "Prometheus rule tests" },
  { program: "prometheus-alertmanager", debianPackage: "prometheus-alertmanager", tests: "Alertmanager tests" },
] as const;

/**
 * Makes sure the tests' outside programs are there, installing them with apt where that is allowed.
 * Returns one sentence for each that is still missing: its tests will be skipped.
 */
export function ensurePrerequisites(): string[] {
  const missing = PREREQUISITES.filter(({ program }) => !isOnPath(program));
  if (missing.length > 0 && process.getuid?.() === 0 && isOnPath("apt-get")) {
    const packages = missing.map(({ debianPackage }) => debianPackage);
    process.stdout.write(`Installing ${packages.join(", ")} with apt …\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { env, stdio: "ignore" });
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env, stdio: "ignore" });
  }
  return missing
    .filter(({ program }) => !isOnPath(program))
    .map(({ program, debianPackage, tests }) => `${tests} need ${program} (Debian package ${debianPackage})`);
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}
