/** An invariant of ours broke: the process stops (STYLE.md, Errors). Never used for bad input or a failed dependency. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws {@link AssertionError} unless `condition`; `claim` states what should have been true. */
export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new AssertionError(`broken invariant: ${claim}`);
}

/** Marks code that the type system proves unreachable, such as the default of an exhaustive switch. */
export function assertNever(value: never): never {
  throw new AssertionError(`broken invariant: unexpected value ${JSON.stringify(value)}`);
}
