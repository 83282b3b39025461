import type { Clock } from "@assay/platform/clock/clock";
import { z } from "zod";
import type { Manifest } from "../manifest/manifest.ts";
import { type FetchedText, fetchBounded } from "./bounded-fetch.ts";
import type { ComponentHealth, ProbeResult } from "./health-state.ts";

export type HealthCheck = Manifest["healthChecks"][number];

const MAX_BODY_BYTES = 256 * 1024;
const MOST_COMPONENTS = 32;

const statusSchema = z.enum(["healthy", "degraded", "unhealthy"]);

// A readiness body is read generously: it belongs to the system, and only these members mean something here.
const readinessSchema = z.object({
  status: statusSchema,
  checks: z
    .record(
      z.string(),
      z.object({
        status: statusSchema,
        latency_ms: z.number().nullish(),
        message: z.string().nullish(),
      }),
    )
    .default({}),
});

/** Probes one check of a service at `baseUrl`, within the check's timeout. Never throws. */
export async function probeHealth(check: HealthCheck, baseUrl: string, clock: Clock): Promise<ProbeResult> {
  const started = clock.monotonicMs();
  const fetched = await fetchBounded(new URL(check.path, baseUrl).href, {
    timeoutMs: check.timeoutMs,
    maxBytes: MAX_BODY_BYTES,
    accept: "application/json",
  });
  const seen = { at: clock.now(), durationMs: Math.round((clock.monotonicMs() - started) * 10) / 10 };
  if (!fetched.ok) {
    const outcome = fetched.refusal.code === "TOO_LARGE" ? "inconclusive" : "unhealthy";
    return { ...seen, outcome, message: `${fetched.refusal.code}: ${fetched.refusal.reason}`, components: [] };
  }
  const { status } = fetched.value;
  if (check.kind === "readiness" && (status === 200 || status === 503))
    return { ...seen, ...readReadiness(fetched.value) };
  const outcome = status === 200 ? "healthy" : "unhealthy";
  return { ...seen, outcome, message: `answered ${status}`, components: [] };
}

const JSON_MEDIA = /^application\/([\w.-]+\+)?json$/;

function readReadiness({
  text,
  mediaType,
  isUtf8,
}: FetchedText): Pick<ProbeResult, "outcome" | "message" | "components"> {
  const said = mediaType === "" ? "no content type" : mediaType.slice(0, 80);
  if (!JSON_MEDIA.test(mediaType) || !isUtf8)
    return {
      outcome: "inconclusive",
      message: isUtf8 ? `sent ${said} for JSON` : "sent bytes that are no UTF-8",
      components: [],
    };
  const body = readinessSchema.safeParse(parseJson(text));
  if (!body.success) return { outcome: "inconclusive", message: "the answer is not a readiness body", components: [] };
  const components = Object.entries(body.data.checks)
    .slice(0, MOST_COMPONENTS)
    .map(
      ([name, component]): ComponentHealth => ({
        name: name.slice(0, 64),
        status: component.status,
        latencyMs: component.latency_ms ?? null,
        message: component.message?.slice(0, 300) ?? null,
      }),
    );
  const ill = components.filter(({ status }) => status !== "healthy").map(({ name, status }) => `${name} ${status}`);
  return { outcome: body.data.status, message: ill.length === 0 ? body.data.status : ill.join(", "), components };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
