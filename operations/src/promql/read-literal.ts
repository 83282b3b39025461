const UNITS_MS: Readonly<Record<string, number>> = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** `1h30m` in milliseconds; undefined for anything else, also for nothing. */
export function readPromDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || text === "") return undefined;
  const units = Object.values(UNITS_MS);
  return match.slice(1).reduce((sum, part, index) => sum + Number(part ?? 0) * units[index]!, 0);
}

/** A number as PromQL writes it: `5`, `1e3`, `0x1F`, `Inf`, `NaN`; undefined for a duration, which only newer ones read. */
export function readPromNumber(text: string): number | undefined {
  const lower = text.toLowerCase();
  if (lower === "inf") return Number.POSITIVE_INFINITY;
  if (lower === "nan") return Number.NaN;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"', "'": "'" };

/** The text between quotes; backquotes take it as it stands. Undefined for an escape that is not one. */
export function readPromString(text: string): string | undefined {
  const inner = text.slice(1, -1);
  if (text.startsWith("`")) return inner;
  if (/\\[^ntr\\"']/.test(inner.replaceAll("\\\\", ""))) return undefined;
  return inner.replaceAll(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}
