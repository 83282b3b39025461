/** Something wrong with a runbook; `rule` is stable, `line` and `column` are 1-based places in the Markdown file. */
export interface Problem {
  readonly rule: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** It may run like this, and somebody should know. Otherwise it does not run. */
  readonly isWarning: boolean;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Whether a runbook with these problems may run. */
export function mayRun(problems: readonly Problem[]): boolean {
  return problems.every(({ isWarning }) => isWarning);
}

/** Collects what is wrong instead of stopping at the first, so that an author sees everything at once. */
export class Problems {
  readonly #found: Problem[] = [];

  add(rule: string, place: Place & { readonly isWarning?: boolean }, message: string): void {
    const { line, column, isWarning = false } = place;
    this.#found.push({ rule, message, line, column, isWarning });
  }

  /** In reading order. */
  list(): readonly Problem[] {
    return [...this.#found].sort((left, right) => left.line - right.line || left.column - right.column);
  }
}

/** `runbooks/database-down.md:12:1 danger-caution: …` */
export function formatProblem(path: string, problem: Problem): string {
  const { line, column, rule, message, isWarning } = problem;
  return `${path}:${line}:${column} ${isWarning ? "warning " : ""}${rule}: ${message}`;
}
