const MOST_COLUMNS = 6;

export interface Rows {
  /** Of the list, where an answer holds several. */
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly isNumeric: boolean }[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Makes tables of whatever JSON a system answers: the console knows nothing of what it means. */
export function toTables(value: unknown): Rows[] {
  if (Array.isArray(value)) return [toRows("", value)];
  if (typeof value !== "object" || value === null) return [];
  const lists = Object.entries(value).filter(([, member]) => Array.isArray(member));
  if (lists.length > 0) return lists.map(([name, list]) => toRows(name, list as unknown[]));
  return [tableOf("", ["name", "value"], Object.entries(value))];
}

function toRows(name: string, list: readonly unknown[]): Rows {
  const first = list[0];
  if (Array.isArray(first)) {
    const names = first.map((_, index) => String(index + 1));
    return tableOf(name, names, list as unknown[][]);
  }
  if (typeof first !== "object" || first === null) {
    return tableOf(
      name,
      ["value"],
      list.map((entry) => [entry]),
    );
  }
  const names = Object.keys(first)
    .filter((column) => !isDeep((first as Record<string, unknown>)[column]))
    .slice(0, MOST_COLUMNS);
  return tableOf(
    name,
    names,
    list.map((entry) => names.map((column) => (entry as Record<string, unknown>)[column])),
  );
}

function tableOf(name: string, names: readonly string[], rows: readonly (readonly unknown[])[]): Rows {
  const columns = names.map((column, position) => ({
    name: column,
    isNumeric: rows.length > 0 && rows.every((row) => isNumeric(row[position])),
  }));
  return { name, columns, rows };
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
}

function isDeep(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
