import type { CommandDefinition } from "./command.ts";
import type { OptionShape, OptionSpec } from "./parse-arguments.ts";
import type { Terminal } from "./terminal.ts";

const COMMON_EXITS: Readonly<Record<number, string>> = {
  0: "done",
  1: "it ran, and the answer is no",
  2: "called in a way that makes no sense",
  3: "what it talks to could not be reached",
  78: "settings must be changed first",
};

/** What `--help` prints: what it is for, lines to copy, options and exit codes. */
export function formatHelp<Shape extends OptionShape>(
  definition: CommandDefinition<Shape>,
  terminal: Terminal,
): string {
  const { name, usage, details, examples, options = {}, exits = {} } = definition;
  const heading = (text: string) => terminal.style("quiet", text);
  const width = Math.max(...examples.map(([line]) => line.length));
  const optionRows = [
    ...Object.entries(options as OptionShape).map(([long, spec]) => [optionText(long, spec), spec.summary] as const),
    ["--json", "print the result as JSON"] as const,
    ["--help", "print this"] as const,
  ];
  const optionWidth = Math.max(...optionRows.map(([left]) => left.length));
  const exitRows = Object.entries({ ...COMMON_EXITS, ...exits });
  return [
    terminal.style("strong", `assay ${name}${usage === undefined ? "" : ` ${usage}`}`),
    "",
    details,
    "",
    heading("Examples"),
    ...examples.map(([line, meaning]) => `  ${line.padEnd(width)}   ${terminal.style("quiet", `# ${meaning}`)}`),
    "",
    heading("Options"),
    ...optionRows.map(([left, right]) => `  ${left.padEnd(optionWidth)}   ${right}`),
    "",
    heading("Exit codes"),
    ...exitRows.map(([code, meaning]) => `  ${code.padStart(2)}   ${meaning}`),
  ].join("\n");
}

function optionText(long: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? "" : `-${spec.short}, `;
  return `${short}--${long}${spec.kind === "flag" ? "" : ` ${spec.value}`}`;
}
