import { type Manifest, type ManifestDeclaration, manifestSchema } from "./manifest.ts";

/** For tests: a small system that is well described. */
export function manifestFixture(overrides: Partial<ManifestDeclaration> = {}): Manifest {
  return manifestSchema.parse({
    system: "shop",
    title: "Shop",
    version: "1.0.0",
    environment: "local",
    services: [{ name: "backend", url: "http://127.0.0.1:1" }],
    ...overrides,
  } satisfies ManifestDeclaration);
}
