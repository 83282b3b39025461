import { accept, type Result, refuse } from "@assay/primitives/result";

/** One line of a scrape: the series as the target wrote it (`name{label="value"}`), and its value. */
export interface ExposedSample {
  readonly series: string;
  readonly value: number;
}

export interface SeriesName {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type ExpositionRefusal = {
  readonly code: "EXPOSITION_INVALID" | "TOO_MANY_SERIES";
  /** Line number from 1. */
  readonly line: number;
  readonly reason: string;
};

const LONGEST_LINE = 16_384;

/**
 * Reads the Prometheus text format 0.0.4. Series names are only delimited here; {@link parseSeriesName} reads one the
 * first time it is seen, so that a scrape costs one pass over its text.
 */
export function parseExposition(text: string, maxSeries: number): Result<ExposedSample[], ExpositionRefusal> {
  const samples: ExposedSample[] = [];
  let lineNumber = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    lineNumber += 1;
    // Where the answer was cut short, the last number may be half of one.
    if (end === -1) return invalid(lineNumber, "the last line does not end");
    if (end - start > LONGEST_LINE) return invalid(lineNumber, "the line is too long");
    const line = text.slice(start, end).trim();
    start = end + 1;
    if (line === "" || line.startsWith("#")) continue;
    const sample = parseSample(line);
    if (typeof sample === "string") return invalid(lineNumber, sample);
    if (samples.length === maxSeries)
      return refuse({ code: "TOO_MANY_SERIES", line: lineNumber, reason: `more than ${maxSeries} series` });
    samples.push(sample);
  }
  return accept(samples);
}

function invalid(line: number, reason: string): Result<never, ExpositionRefusal> {
  return refuse({ code: "EXPOSITION_INVALID", line, reason });
}

function parseSample(line: string): ExposedSample | string {
  const end = seriesEnd(line);
  if (end === -1) return "the series has no end";
  const rest = line
    .slice(end)
    .trim()
    .split(/[ \t]+/);
  // A timestamp of the target's own is read and ignored: a series is dated by the scrape, so that ages mean one thing.
  if (rest.length > 2 || (rest.length === 2 && !/^-?\d+$/.test(rest[1]!)))
    return "the value is followed by something else";
  const value = parseValue(rest[0]!);
  if (value === undefined) return "the value is not a number";
  return { series: line.slice(0, end).trimEnd(), value };
}

/** The index after the metric name and its labels, or −1. */
function seriesEnd(line: string): number {
  const brace = line.indexOf("{");
  const blank = line.search(/[ \t]/);
  if (brace === -1 || (blank !== -1 && blank < brace && line.slice(blank, brace).trim() !== "")) return blank;
  let quoted = false;
  for (let index = brace + 1; index < line.length; index += 1) {
    const character = line[index];
    if (quoted && character === "\\") index += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === "}" && !quoted) return index + 1;
  }
  return -1;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

function parseValue(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  if (/^\+?inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : undefined;
}

const SERIES = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?$/s;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/sy;
const MOST_LABELS = 32;
const LONGEST_LABEL = 1_024;

/** Reads `name{a="b",c="d"}`; refuses a malformed or oversized one, and a label given twice. */
export function parseSeriesName(series: string): Result<SeriesName, { code: "SERIES_INVALID"; reason: string }> {
  const match = SERIES.exec(series);
  if (match === null) return refuse({ code: "SERIES_INVALID", reason: "the metric has no valid name" });
  const body = match[2] ?? "";
  const labels: Record<string, string> = Object.create(null);
  let count = 0;
  for (LABEL.lastIndex = 0; LABEL.lastIndex < body.length; ) {
    const label = LABEL.exec(body);
    if (label === null) return refuse({ code: "SERIES_INVALID", reason: "a label is malformed" });
    const [, name, value] = label as unknown as [string, string, string];
    count += 1;
    if (name in labels) return refuse({ code: "SERIES_INVALID", reason: `the label ${name} is given twice` });
    if (count > MOST_LABELS || value.length > LONGEST_LABEL)
      return refuse({ code: "SERIES_INVALID", reason: "the labels are too many or too long" });
    labels[name] = unescapeLabel(value);
  }
  return accept({ metric: match[1]!, labels });
}

function unescapeLabel(value: string): string {
  return value.replace(/\\(.)/gs, (whole, character: string) => {
    if (character === "n") return "\n";
    return character === "\\" || character === '"' ? character : whole;
  });
}
