import { formatInstant } from "@assay/primitives/instant";
import type { Figure, Report } from "./report.ts";

/** The report as a document that reads well on paper and on a code host. */
export function reportMarkdown({ id, madeAt, madeBy, content, sha256 }: Report): string {
  const head = [
    `# ${inline(content.title)}`,
    "",
    "| | |",
    "|---|---|",
    `| System | ${cell(content.system)} |`,
    `| From | ${content.from} |`,
    `| To | ${content.to} |`,
    `| Made | ${formatInstant(madeAt)} by ${cell(madeBy.name)} |`,
    `| Report | ${id} |`,
    `| Content (SHA-256) | ${sha256} |`,
  ].join("\n");
  const sections = content.sections.map(({ title, figures }) =>
    [
      `## ${inline(title)}`,
      "",
      "| Figure | Value | Samples | Remarks | Source |",
      "|---|---:|---:|---|---|",
      ...figures.map(row),
    ].join("\n"),
  );
  return `${[head, ...sections].join("\n\n")}\n`;
}

function row(figure: Figure): string {
  const cells = [figure.title, valueWords(figure), String(figure.samples), remarks(figure), figure.source];
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** Units that need no word after the number. */
const WORDLESS = new Set(["count", "bool", "text", ""]);

/** The value with its unit; nothing known is said so and never a number. */
export function valueWords({ value, unit }: Pick<Figure, "value" | "unit">): string {
  if (value === null) return "no data";
  const number = typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
  return WORDLESS.has(unit) ? number : `${number} ${unit}`;
}

function remarks({ statistics, note }: Figure): string {
  const round = (value: number) => String(Math.round(value * 100) / 100);
  const range =
    statistics === null
      ? []
      : [`${round(statistics.least)} to ${round(statistics.greatest)}, mean ${round(statistics.average)}`];
  const share = statistics?.onTarget == null ? [] : [`on target ${round(statistics.onTarget * 100)} %`];
  return [...range, ...share, ...(note === null ? [] : [note])].join("; ");
}

function cell(text: string): string {
  return inline(text).replaceAll("|", "\\|");
}

/** On one line, and nothing in it is taken for markup of a heading, a link or HTML. */
function inline(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[<>[\]`]/g, (mark) => `\\${mark}`);
}
