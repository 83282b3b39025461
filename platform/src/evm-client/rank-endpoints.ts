/** What ranking looks at. */
export interface Ranked {
  readonly height: number | undefined;
  readonly latencyMs: number | undefined;
  readonly isQuarantined: boolean;
}

/** Enough endpoints that the highest need not be believed on its word alone. */
const QUORUM = 3;

/**
 * The height that endpoints are compared with: the highest, or with three or more the second highest, so that one
 * endpoint that invents blocks does not make all honest ones look late.
 */
export function referenceHeight(endpoints: readonly Ranked[]): number | undefined {
  const heights = endpoints
    .flatMap(({ height, isQuarantined }) => (height === undefined || isQuarantined ? [] : [height]))
    .sort((left, right) => right - left);
  return heights.length >= QUORUM ? heights[1] : heights[0];
}

export function isLagging(endpoint: Ranked, reference: number | undefined, maxHeadLag: number): boolean {
  return endpoint.height !== undefined && reference !== undefined && endpoint.height < reference - maxHeadLag;
}

/** Who may be asked, best first: not quarantined, seen, not lagging, not impossibly far ahead; then by height, then by speed. */
export function rankEndpoints<E extends Ranked>(endpoints: readonly E[], maxHeadLag: number): E[] {
  const reference = referenceHeight(endpoints);
  if (reference === undefined) return [];
  const isUsable = ({ height, isQuarantined }: Ranked) =>
    !isQuarantined && height !== undefined && Math.abs(height - reference) <= maxHeadLag;
  return endpoints
    .filter(isUsable)
    .sort((left, right) => (right.height ?? 0) - (left.height ?? 0) || (left.latencyMs ?? 0) - (right.latencyMs ?? 0));
}
