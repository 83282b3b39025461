import { defineCommand } from "@assay/platform/command-line/command";
import { formatTable } from "@assay/platform/command-line/terminal";
import { flagsSchema } from "../api/schema/feature-flags.ts";
import { callAsOperator } from "./call-exchange.ts";

export const flags = defineCommand({
  name: "coinhubx flags",
  summary: "show the switches and who set them last",
  details: 'Stopping takes one person ("assay action coinhubx.trading.disable"), starting takes two.',
  examples: [["assay coinhubx flags --json | jq '.[] | select(.enabled | not)'", "what is closed?"]],
  async run(context) {
    const { terminal } = context;
    const { flags: rows } = await callAsOperator(context, { path: "/api/feature-flags", schema: flagsSchema });
    if (terminal.isJson) {
      terminal.printJson(rows);
      return undefined;
    }
    type Row = (typeof rows)[number];
    const isOpen = ({ flag_name, enabled }: Row) => enabled !== (flag_name === "maintenance_mode");
    const columns = [
      { title: "SWITCH", text: (row: Row) => row.flag_name },
      {
        title: "STATE",
        text: (row: Row) => (row.enabled ? "on" : "off"),
        style: (row: Row) => (isOpen(row) ? "good" : "bad") as "good" | "bad",
      },
      { title: "SINCE", text: (row: Row) => row.updated_at },
      { title: "BY", text: (row: Row) => row.updated_by },
      { title: "WHY", text: (row: Row) => row.reason },
    ];
    terminal.print(formatTable(terminal, columns, rows));
    return undefined;
  },
});
