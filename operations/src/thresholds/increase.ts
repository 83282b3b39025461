import type { Samples } from "../metrics-history/sample-ring.ts";

/**
 * How much a counter grew in the window [`from`, `to`], both ends included, as Prometheus 2 `increase` computes it: a fall is a reset and
 * counts from zero; the growth seen between the first and the last sample is stretched to the edges of the window when
 * they are nearer than 1.1 sample distances, else by half a distance, and never to before the counter was zero.
 * `undefined` with fewer than two samples.
 */
export function increase(samples: Samples, from: number, to: number): number | undefined {
  const { times, values } = samples;
  const count = values.length;
  if (count < 2) return undefined;
  const first = values[0]!;
  let growth = values[count - 1]! - first;
  for (let index = 1; index < count; index += 1) if (values[index]! < values[index - 1]!) growth += values[index - 1]!;

  const sampled = (times[count - 1]! - times[0]!) / 1_000;
  const distance = sampled / (count - 1);
  let toStart = (times[0]! - from) / 1_000;
  const toEnd = (to - times[count - 1]!) / 1_000;
  if (growth > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / growth));
  const near = distance * 1.1;
  const stretched = sampled + (toStart < near ? toStart : distance / 2) + (toEnd < near ? toEnd : distance / 2);
  return growth * (stretched / sampled);
}
