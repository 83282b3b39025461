/** The five characters with which PostgreSQL names an error (its manual, appendix A), or undefined for another error. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("severity" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Whether a statement failed because a row with this key exists; `constraint` names the one that is meant. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return sqlStateOf(error) === "23505" && matchesConstraint(error, constraint);
}

/** Whether a statement failed because the row it points to does not exist, or is still pointed to. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return sqlStateOf(error) === "23503" && matchesConstraint(error, constraint);
}

/** Whether a statement failed a `check (…)` of its table. */
export function isCheckViolation(error: unknown, constraint?: string): boolean {
  return sqlStateOf(error) === "23514" && matchesConstraint(error, constraint);
}

function matchesConstraint(error: unknown, constraint: string | undefined): boolean {
  return constraint === undefined || (error as { constraint?: string }).constraint === constraint;
}
