/** The command was called in a way that makes no sense; the message says how, in a sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

interface OptionBase {
  readonly summary: string;
  /** One letter. */
  readonly short?: string;
}

export type OptionSpec =
  | (OptionBase & { readonly kind: "flag" })
  | (OptionBase & { readonly kind: "text"; readonly value: string })
  | (OptionBase & { readonly kind: "integer"; readonly value: string; readonly min: number; readonly max: number })
  /** May be given several times. */
  | (OptionBase & { readonly kind: "list"; readonly value: string });

/** Options by their long name without dashes. */
export type OptionShape = Readonly<Record<string, OptionSpec>>;

export interface Parsed<Shape extends OptionShape> {
  readonly options: { readonly [Name in keyof Shape]: ValueOf<Shape[Name]> };
  /** What is not an option, in order. */
  readonly words: readonly string[];
}

type ValueOf<Spec extends OptionSpec> = Spec extends { kind: "flag" }
  ? boolean
  : Spec extends { kind: "list" }
    ? readonly string[]
    : (Spec extends { kind: "integer" } ? number : string) | undefined;

/**
 * Reads `--name value`, `--name=value`, `-n value` and words; after `--` everything is a word.
 * @throws UsageError for anything it does not know.
 */
export function parseArguments<Shape extends OptionShape>(
  args: readonly string[],
  shape: Shape,
  words: { readonly min: number; readonly max: number } = { min: 0, max: 0 },
): Parsed<Shape> {
  const values = initialValues(shape);
  const rest: string[] = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") rest.push(...queue.splice(0));
    else if (arg.startsWith("-") && arg !== "-") readOption(arg, { queue, shape, values });
    else rest.push(arg);
  }
  if (rest.length < words.min)
    throw new UsageError(rest.length === 0 ? "something is missing" : "more words are needed");
  if (rest.length > words.max) throw new UsageError(`it is not clear what "${rest[words.max]}" means here`);
  return { options: values as Parsed<Shape>["options"], words: rest };
}

type Values = Record<string, boolean | string | number | string[] | undefined>;

function initialValues(shape: OptionShape): Values {
  const empty = { flag: () => false, list: () => [], text: () => undefined, integer: () => undefined } as const;
  return Object.fromEntries(Object.entries(shape).map(([name, spec]) => [name, empty[spec.kind]()]));
}

function readOption(arg: string, into: { queue: string[]; shape: OptionShape; values: Values }): void {
  const { queue, shape, values } = into;
  const equals = arg.startsWith("--") ? arg.indexOf("=") : -1;
  const written = equals === -1 ? arg : arg.slice(0, equals);
  const name = longName(written, shape);
  const spec = name === undefined ? undefined : shape[name];
  if (name === undefined || spec === undefined) throw new UsageError(`there is no option ${written}`);
  if (spec.kind === "flag") {
    if (equals !== -1) throw new UsageError(`${written} takes no value`);
    values[name] = true;
    return;
  }
  const text = equals === -1 ? queue.shift() : arg.slice(equals + 1);
  if (text === undefined) throw new UsageError(`${written} needs a value: ${written} ${spec.value}`);
  if (spec.kind === "list") (values[name] as string[]).push(text);
  else values[name] = spec.kind === "integer" ? readInteger(written, text, spec) : text;
}

function longName(written: string, shape: OptionShape): string | undefined {
  if (written.startsWith("--")) return Object.hasOwn(shape, written.slice(2)) ? written.slice(2) : undefined;
  return Object.keys(shape).find((name) => shape[name]?.short === written.slice(1));
}

function readInteger(written: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${written} is a whole number from ${min} to ${max}, not "${text}"`);
}
