import { assert } from "@assay/primitives/assert";

export type Labels<Name extends string = string> = Readonly<Record<Name, string>>;

const MAX_SERIES = 2_000;
const OTHER = "other";

/**
 * Keeps the number of series of one metric bounded: label sets beyond 2,000 are counted under `other`, so that a value
 * that comes from outside cannot fill the memory.
 */
export class LabelSeries {
  readonly #metric: string;
  readonly #names: readonly string[];
  readonly #seen = new Set<string>();

  constructor(metric: string, names: readonly string[]) {
    this.#metric = metric;
    this.#names = names;
  }

  /** The labels to count under. @throws AssertionError unless `labels` has exactly the declared names. */
  admit(labels: Labels | undefined): Labels {
    const values = this.#names.map((name) => labels?.[name]);
    const given = labels === undefined ? 0 : Object.keys(labels).length;
    assert(
      given === this.#names.length && !values.includes(undefined),
      `${this.#metric} is counted with the labels ${this.#names.join(", ") || "(none)"}`,
    );
    if (labels === undefined || given === 0) return {};
    const key = values.join("\u0000");
    if (this.#seen.has(key)) return labels;
    if (this.#seen.size >= MAX_SERIES) return Object.fromEntries(this.#names.map((name) => [name, OTHER]));
    this.#seen.add(key);
    return labels;
  }

  forget(labels: Labels): void {
    this.#seen.delete(this.#names.map((name) => labels[name]).join("\u0000"));
  }
}

/** Each combination of the values listed per name. */
export function labelCombinations(values: Readonly<Record<string, readonly string[]>>): Labels[] {
  return Object.entries(values).reduce<Labels[]>(
    (combinations, [name, listed]) =>
      combinations.flatMap((labels) => listed.map((value) => ({ ...labels, [name]: value }))),
    [{}],
  );
}
