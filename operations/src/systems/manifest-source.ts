import { accept, type Result, refuse } from "@assay/primitives/result";
import { fetchBounded } from "./bounded-fetch.ts";

export type SourceRefusal = {
  readonly code: "MANIFEST_UNREACHABLE" | "MANIFEST_NOT_OK" | "MANIFEST_NOT_JSON";
  readonly reason: string;
};

/** Where a system's manifest comes from: our systems serve it; a file can hold it for one that is not ours. */
export interface ManifestSource {
  /** The base address of the system, or the path of the file: what people see while there is no manifest. */
  readonly name: string;
  read(): Promise<Result<unknown, SourceRefusal>>;
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
      if (!fetched.ok) return refuse({ code: "MANIFEST_UNREACHABLE", reason: fetched.refusal.reason });
      const { status, text } = fetched.value;
      if (status !== 200) return refuse({ code: "MANIFEST_NOT_OK", reason: `answered ${status}` });
      try {
        return accept(JSON.parse(text) as unknown);
      } catch {
        return refuse({ code: "MANIFEST_NOT_JSON", reason: "the answer is not JSON" });
      }
    },
  };
}
