import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { formatTable, type Style } from "@assay/platform/command-line/terminal";
import { describeIgnoredSettings } from "../config.ts";
import { type Examination, examineDatabase, examineEdges } from "./examine.ts";

const STYLES: Readonly<Record<Examination["verdict"], Style>> = { good: "good", warning: "warning", bad: "bad" };

export const doctor = defineCommand({
  name: "coinhubx doctor",
  summary: "find out which part the exchange cannot reach",
  details: `Reads the settings, resolves the database's name and signs in. With --connect it also times each dependency: the name,
the TCP connection and the login of PostgreSQL, the RPC endpoints, the mail server and the plane. It changes nothing.`,
  examples: [
    ["assay coinhubx doctor", "is DATABASE_URL right?"],
    ["assay coinhubx doctor --connect", "which dependency is down or slow?"],
  ],
  options: { connect: { kind: "flag", summary: "also reach for everything else, and time it" } },
  exits: { 1: "something is wrong" },
  async run(context, { options: { connect } }) {
    const { terminal } = context;
    const findings = [
      ...describeIgnoredSettings(context.env).map(ignored),
      ...(await examineDatabase(context)),
      ...(connect ? await examineEdges(context) : []),
    ];
    if (terminal.isJson) terminal.printJson(findings);
    else terminal.print(formatFindings(context, findings));
    return findings.some(({ verdict }) => verdict === "bad") ? EXIT.failed : EXIT.ok;
  },
});

function ignored(finding: string): Examination {
  return { check: "settings", verdict: "warning", finding, duration_ms: 0 };
}

function formatFindings({ terminal }: CommandContext, findings: readonly Examination[]): string {
  const columns = [
    { title: "", text: ({ verdict }: Examination) => verdict, style: ({ verdict }: Examination) => STYLES[verdict] },
    { title: "CHECK", text: ({ check }: Examination) => check },
    { title: "MS", text: ({ duration_ms }: Examination) => String(duration_ms), align: "right" as const },
    { title: "FINDING", text: ({ finding }: Examination) => finding },
  ];
  return formatTable(terminal, columns, findings);
}
