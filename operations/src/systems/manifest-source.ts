import { type Result, refuse } from "@assay/primitives/result";
import type { Manifest } from "../manifest/manifest.ts";
import { type ManifestProblem, parseManifest } from "../manifest/parse-manifest.ts";
import { fetchBounded } from "./bounded-fetch.ts";

export type SourceRefusal = {
  readonly code: "MANIFEST_INVALID" | "MANIFEST_UNREACHABLE" | "MANIFEST_NOT_OK" | "MANIFEST_NOT_JSON";
  readonly problems: readonly ManifestProblem[];
};

/** Where a system's manifest comes from: our systems serve it; a file holds it for one that is not ours. */
export interface ManifestSource {
  /** The base address of the system, or `file:` and a path: what people see while there is no manifest. */
  readonly name: string;
  read(): Promise<Result<Manifest, SourceRefusal>>;
  /** The text of a runbook that the manifest names by `file:`; undefined when it cannot be read. Files alone have it. */
  runbook?(path: string): Promise<string | undefined>;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** GET `<baseUrl>/ops/manifest` with a service token of the plane, or without one. */
export function httpManifestSource(baseUrl: string, token?: () => Promise<string>): ManifestSource {
  return {
    name: baseUrl,
    read: async () => {
      const url = new URL("/ops/manifest", baseUrl).href;
      const fetched = await fetchBounded(url, {
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        accept: "application/json",
        token: await token?.(),
      });
      if (!fetched.ok) return refuseSource("MANIFEST_UNREACHABLE", fetched.refusal.reason);
      const { status, text } = fetched.value;
      if (status !== 200) return refuseSource("MANIFEST_NOT_OK", `answered ${status}`);
      try {
        return parseManifest(JSON.parse(text));
      } catch {
        return refuseSource("MANIFEST_NOT_JSON", "the answer is not JSON");
      }
    },
  };
}

export function refuseSource(code: SourceRefusal["code"], reason: string) {
  return refuse<SourceRefusal>({ code, problems: [{ path: "", reason: `${code}: ${reason}` }] });
}
