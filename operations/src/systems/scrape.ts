import { accept, type Result, refuse } from "@assay/primitives/result";
import { type ExposedSample, parseExposition } from "../metrics-history/parse-exposition.ts";
import { fetchBounded } from "./bounded-fetch.ts";

export interface ScrapeLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly maxSeries: number;
}

export type ScrapeRefusal = {
  readonly code:
    | "UNREACHABLE"
    | "TIMEOUT"
    | "TOO_LARGE"
    | "NOT_OK"
    | "NOT_METRICS"
    | "NOT_TEXT"
    | "EXPOSITION_INVALID"
    | "TOO_MANY_SERIES"
    | "SERIES_INVALID";
  readonly reason: string;
};

const MEDIA_TYPES: ReadonlySet<string> = new Set(["text/plain", "application/openmetrics-text"]);

/** Reads the metrics of one target. Whatever it sends, it costs at most the limits, and a refusal says what is wrong. */
export async function scrapeMetrics(
  url: string,
  options: ScrapeLimits & { readonly token?: string | undefined },
): Promise<Result<ExposedSample[], ScrapeRefusal>> {
  const fetched = await fetchBounded(url, { ...options, accept: "text/plain;version=0.0.4" });
  if (!fetched.ok) return fetched;
  const { status, mediaType, text, isUtf8 } = fetched.value;
  if (status !== 200) return refuse({ code: "NOT_OK", reason: `answered ${status}` });
  if (!MEDIA_TYPES.has(mediaType))
    return refuse({
      code: "NOT_METRICS",
      reason: `sent ${mediaType === "" ? "no content type" : mediaType.slice(0, 80)}`,
    });
  if (!isUtf8) return refuse({ code: "NOT_TEXT", reason: "sent bytes that are no UTF-8" });
  const parsed = parseExposition(text, options.maxSeries);
  if (!parsed.ok)
    return refuse({ code: parsed.refusal.code, reason: `line ${parsed.refusal.line}: ${parsed.refusal.reason}` });
  return accept(parsed.value);
}
