/** A statement with its values apart from its text, so that no value is ever read as SQL. */
export interface SqlStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Refuse a text that holds several statements, for text that people type. */
  readonly mustBeSingle?: boolean;
}

/**
 * Writes a statement: sql`select * from users where id = ${id}`. A nested statement is spliced in, its values
 * renumbered; everything else becomes a numbered value. Arrays become PostgreSQL arrays: `= any(${ids})`.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): SqlStatement {
  const values: unknown[] = [];
  let text = strings[0]!;
  parts.forEach((part, index) => {
    text += isStatement(part) ? renumber(part, values) : `$${values.push(part)}`;
    text += strings[index + 1]!;
  });
  return { text, values };
}

const statements = new WeakSet<object>();

function isStatement(part: unknown): part is SqlStatement {
  return typeof part === "object" && part !== null && statements.has(part);
}

/** A piece of SQL of our own to splice into another statement; never from input. */
export function fragment(strings: TemplateStringsArray, ...parts: readonly unknown[]): SqlStatement {
  const statement = sql(strings, ...parts);
  statements.add(statement);
  return statement;
}

function renumber(statement: SqlStatement, values: unknown[]): string {
  const offset = values.length;
  values.push(...statement.values);
  return statement.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + offset}`);
}
