/** Where a command writes: results to `out`, what is said about them to `error`. */
export interface Terminal {
  /** Results are to be JSON. */
  readonly isJson: boolean;
  /** People look at the error stream, so progress may be drawn over itself. */
  readonly isInteractive: boolean;
  print(text: string): void;
  /** One JSON document; the whole result of a command that was asked for `--json`. */
  printJson(value: unknown): void;
  printError(text: string): void;
  style(kind: Style, text: string): string;
}

export type Style = "good" | "bad" | "warning" | "quiet" | "strong";

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  readonly align?: "left" | "right";
}

const CODES: Readonly<Record<Style, string>> = { good: "32", bad: "31", warning: "33", quiet: "2", strong: "1" };

export interface TerminalOptions {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly isJson: boolean;
  readonly isColoured: boolean;
  readonly isInteractive: boolean;
}

export function createTerminal(options: TerminalOptions): Terminal {
  return {
    isJson: options.isJson,
    isInteractive: options.isInteractive,
    print: (text) => options.write(`${text}\n`),
    printJson: (value) => options.write(`${JSON.stringify(value, undefined, 2)}\n`),
    printError: (text) => options.writeError(`${text}\n`),
    style: (kind, text) => (options.isColoured ? `\u001b[${CODES[kind]}m${text}\u001b[0m` : text),
  };
}

/** Rows under titles, as wide as they need to be; titles only when there are rows. */
export function formatTable<Row>(terminal: Terminal, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.text(row))));
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...cells.map((line) => line[index]!.length)));
  const layOut = (texts: readonly string[], style: (text: string, index: number) => string) =>
    texts
      .map((text, index) => {
        const width = index === columns.length - 1 && columns[index]?.align !== "right" ? 0 : widths[index]!;
        const padded = columns[index]?.align === "right" ? text.padStart(width) : text.padEnd(width);
        return style(padded, index);
      })
      .join("  ")
      .trimEnd();
  const head = layOut(
    columns.map(({ title }) => title),
    (text) => terminal.style("quiet", text),
  );
  const body = rows.map((row, line) =>
    layOut(cells[line]!, (text, index) => {
      const kind = columns[index]?.style?.(row);
      return kind === undefined ? text : terminal.style(kind, text);
    }),
  );
  return [head, ...body].join("\n");
}

/** Text of others must not move the cursor or forge a line. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) =>
    character === "\t" ? " " : "�",
  );
}
