import type { Clock } from "@assay/platform/clock/clock";
import { z } from "zod";
import type { Manifest } from "../manifest/manifest.ts";
import { fetchBounded } from "./bounded-fetch.ts";
import type { ComponentHealth, ProbeResult } from "./health-state.ts";

export type HealthCheck = Manifest["healthChecks"][number];

const MAX_BODY_BYTES = 64 * 1024;
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
  const { status, text } = fetched.value;
  if (check.kind === "readiness" && (status === 200 || status === 503)) return { ...seen, ...readReadiness(text) };
  const outcome = status === 200 ? "healthy" : "unhealthy";
  return { ...seen, outcome, message: `answered ${status}`, components: [] };
}

function readReadiness(text: string): Pick<ProbeResult, "outcome" | "message" | "components"> {
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
