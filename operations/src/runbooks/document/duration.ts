import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@assay/primitives/instant";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS };
const DURATION = /^([1-9]\d{0,5})(ms|s|m|h)$/;

/** Reads `500ms`, `10s`, `2m` or `1h`; undefined for anything else, also for zero. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  return match ? Number(match[1]) * UNITS_MS[match[2]!]! : undefined;
}

/** The shortest exact form: `90s`, `2m`. */
export function formatDuration(ms: number): string {
  const unit = (["h", "m", "s"] as const).find((name) => ms > 0 && ms % UNITS_MS[name]! === 0) ?? "ms";
  return `${ms / UNITS_MS[unit]!}${unit}`;
}
