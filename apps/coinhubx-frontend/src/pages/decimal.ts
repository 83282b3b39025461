// Exact arithmetic on the decimal strings of the API; a float never touches money, not even for show.

interface Scaled {
  readonly units: bigint;
  readonly places: number;
}

function scale(text: string): Scaled {
  const [whole = "0", fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), places: fraction.length };
}

export function isDecimal(text: string): boolean {
  return /^(0|[1-9]\d*)(\.\d+)?$/.test(text);
}

function print({ units, places }: Scaled): string {
  const digits = units.toString().padStart(places + 1, "0");
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  const whole = digits.slice(0, digits.length - places);
  return places === 0 || fraction === "" ? whole : `${whole}.${fraction}`;
}

function aligned(left: string, right: string): { left: bigint; right: bigint; places: number } {
  const [a, b] = [scale(left), scale(right)];
  const places = Math.max(a.places, b.places);
  return {
    left: a.units * 10n ** BigInt(places - a.places),
    right: b.units * 10n ** BigInt(places - b.places),
    places,
  };
}

export function add(left: string, right: string): string {
  const pair = aligned(left, right);
  return print({ units: pair.left + pair.right, places: pair.places });
}

export function multiply(left: string, right: string): string {
  const [a, b] = [scale(left), scale(right)];
  return print({ units: a.units * b.units, places: a.places + b.places });
}

/** How many whole steps of `step` fit into `dividend / divisor`, as a decimal: 10 / 3 by 0.01 is 3.33. */
export function divideDown(dividend: string, divisor: string, step: string): string {
  const cost = multiply(divisor, step);
  const pair = aligned(dividend, cost);
  return pair.right === 0n ? "0" : multiply((pair.left / pair.right).toString(), step);
}

/** The largest multiple of `step` that is not above `value`. */
export function roundDown(value: string, step: string): string {
  return divideDown(value, "1", step);
}

/** −1, 0 or 1. */
export function compare(left: string, right: string): number {
  const pair = aligned(left, right);
  return pair.left < pair.right ? -1 : Number(pair.left > pair.right);
}

/** Groups the thousands and shows at least `places` fraction digits: 1,234.50. */
export function group(text: string, places = 0): string {
  const [whole = "0", fraction = ""] = text.split(".");
  const padded = fraction.padEnd(places, "0");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return padded === "" ? grouped : `${grouped}.${padded}`;
}

/** Fraction digits that a step such as 0.01 has. */
export function placesOf(step: string): number {
  return scale(step).places;
}
