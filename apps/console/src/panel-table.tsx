import { type BookLevel, OrderBook } from "@assay/page-kit/order-book.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { formatUtc } from "@assay/page-kit/time.tsx";
import { Table, Text } from "@mantine/core";
import { z } from "zod";
import { type Rows, toTables } from "./panel-rows.ts";

const MOST_ROWS = 12;
const MOST_LEVELS = 8;
/** Longer texts may take several lines; shorter ones never break. */
const LONG_TEXT = 28;

const levelsSchema = z.array(z.tuple([z.string(), z.string()]));
const bookSchema = z.object({ asks: levelsSchema, bids: levelsSchema });

/** Any rows that a system answers: a list of objects, an object of lists, an object, or a book with two sides. */
export function PanelTable({ title, value }: { readonly title: string; readonly value: unknown }) {
  const book = bookSchema.safeParse(value);
  if (book.success) return <Book {...book.data} />;
  const tables = toTables(value).filter(({ rows }) => rows.length > 0);
  if (tables.length === 0) return <Text c="dimmed">Nothing yet.</Text>;
  return tables.map((table) => (
    <RowsTable key={table.name} label={table.name === "" ? title : `${title}: ${table.name}`} table={table} />
  ));
}

function Book({ asks, bids }: { readonly asks: readonly BookLevel[]; readonly bids: readonly BookLevel[] }) {
  return <OrderBook asks={asks} bids={bids} levels={MOST_LEVELS} />;
}

function RowsTable({ label, table }: { readonly label: string; readonly table: Rows }) {
  const { name, columns, rows } = table;
  return (
    <ScrollTable label={label} minWidth={columns.length * 60} maxHeight={360} dense>
      {name !== "" && (
        <Table.Caption style={{ captionSide: "top", textAlign: "left", marginTop: 0 }}>{name}</Table.Caption>
      )}
      <Table.Thead>
        <Table.Tr>
          {columns.map((column) => (
            <Table.Th key={column.name} ta={column.isNumeric ? "right" : "left"} style={{ whiteSpace: "nowrap" }}>
              {column.name.replaceAll("_", " ")}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.slice(0, MOST_ROWS).map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a foreign answer have no identity of their own
          <Table.Tr key={index}>
            {columns.map((column, position) => (
              <Table.Td key={column.name} ta={column.isNumeric ? "right" : "left"}>
                <Cell value={row[position]} />
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

function Cell({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return <StateMark tone={value ? "info" : "neutral"} word={value ? "yes" : "no"} />;
  const text = isTime(value) ? formatUtc(new Date(value), Date.now()) : String(value);
  return <span style={text.length > LONG_TEXT ? { overflowWrap: "anywhere" } : { whiteSpace: "nowrap" }}>{text}</span>;
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
}
