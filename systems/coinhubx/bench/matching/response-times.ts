/** Times in microseconds. */
export interface ResponseTimes {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

/**
 * The response times of one server that takes commands first come first served, had they arrived every `intervalUs`
 * whether or not it was ready: the queue of Lindley (1952), wait ← max(0, wait + service − interval). A command that
 * arrives behind a slow one is charged for the wait, which timing back to back leaves out ("coordinated omission").
 */
export function responseTimes(servicesUs: Float64Array, intervalUs: number): ResponseTimes {
  const responses = new Float64Array(servicesUs.length);
  let wait = 0;
  for (let index = 0; index < servicesUs.length; index += 1) {
    const response = wait + servicesUs[index]!;
    responses[index] = response;
    wait = Math.max(0, response - intervalUs);
  }
  responses.sort();
  return { p50: quantile(responses, 0.5), p99: quantile(responses, 0.99), worst: quantile(responses, 1) };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
