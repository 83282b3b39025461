import { Box, Table, Text } from "@mantine/core";

const MOST_ROWS = 12;
const MOST_COLUMNS = 6;

/** Any rows that a system answers: a list of objects, an object of lists (such as a book), or an object. */
export function PanelTable({ title, value }: { readonly title: string; readonly value: unknown }) {
  const tables = toTables(value);
  if (tables.every(({ rows }) => rows.length === 0)) return <Text c="dimmed">Nothing yet.</Text>;
  return (
    <Box className="scroll" tabIndex={0} role="region" aria-label={title} style={{ maxHeight: 380, overflow: "auto" }}>
      {tables
        .filter(({ rows }) => rows.length > 0)
        .map(({ name, columns, rows }) => (
          <Table key={name} verticalSpacing={2} fz="sm" mb={name === "" ? 0 : "xs"}>
            {name !== "" && (
              <Table.Caption style={{ captionSide: "top", textAlign: "left", marginTop: 0 }}>{name}</Table.Caption>
            )}
            <Table.Thead>
              <Table.Tr>
                {columns.map((column) => (
                  <Table.Th key={column}>{column.replaceAll("_", " ")}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.slice(0, MOST_ROWS).map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows of a foreign answer have no identity of their own
                <Table.Tr key={index}>
                  {columns.map((column, position) => (
                    <Table.Td key={column} style={{ overflowWrap: "anywhere" }}>
                      {show(row[position])}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        ))}
    </Box>
  );
}

interface Rows {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

function toTables(value: unknown): Rows[] {
  if (Array.isArray(value)) return [toRows("", value)];
  if (typeof value !== "object" || value === null) return [];
  const lists = Object.entries(value).filter(([, member]) => Array.isArray(member));
  if (lists.length > 0) return lists.map(([name, list]) => toRows(name, list as unknown[]));
  return [{ name: "", columns: ["name", "value"], rows: Object.entries(value) }];
}

function toRows(name: string, list: readonly unknown[]): Rows {
  const first = list[0];
  if (Array.isArray(first)) {
    const columns = first.length === 2 ? ["price", "quantity"] : first.map((_, index) => String(index + 1));
    return { name, columns, rows: list as unknown[][] };
  }
  if (typeof first !== "object" || first === null)
    return { name, columns: ["value"], rows: list.map((entry) => [entry]) };
  const columns = Object.keys(first)
    .filter((column) => !isDeep((first as Record<string, unknown>)[column]))
    .slice(0, MOST_COLUMNS);
  return {
    name,
    columns,
    rows: list.map((entry) => columns.map((column) => (entry as Record<string, unknown>)[column])),
  };
}

function isDeep(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)
    ? value.slice(0, 19).replace("T", " ")
    : String(value);
}
