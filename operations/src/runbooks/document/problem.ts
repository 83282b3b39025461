/** Something wrong with a runbook; `rule` is stable, `line` and `column` are 1-based places in the Markdown file. */
export interface Problem {
  readonly rule: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Collects what is wrong instead of stopping at the first, so that an author sees everything at once. */
export class Problems {
  readonly #found: Problem[] = [];

  add(rule: string, place: Place, message: string): void {
    this.#found.push({ rule, message, line: place.line, column: place.column });
  }

  /** In reading order. */
  list(): readonly Problem[] {
    return [...this.#found].sort((left, right) => left.line - right.line || left.column - right.column);
  }
}

/** `runbooks/database-down.md:12:1 danger-caution: …` */
export function formatProblem(path: string, problem: Problem): string {
  return `${path}:${problem.line}:${problem.column} ${problem.rule}: ${problem.message}`;
}
