import { defineCommand } from "@assay/platform/command-line/command";
import { formatTable } from "@assay/platform/command-line/terminal";
import { type Amount, formatAmount } from "@assay/primitives/amount";
import { ASSETS, type ListedAsset } from "../markets/assets.ts";

interface Row {
  readonly asset: string;
  readonly per_transaction: string;
  readonly per_hour: string;
  readonly per_day: string;
  readonly per_week: string;
  readonly per_month: string;
}

function toRow(asset: ListedAsset): Row {
  const text = (amount: Amount) => formatAmount(amount, asset.decimals);
  const { perTransaction, perHour, perDay, perWeek, perMonth } = asset.velocity;
  return {
    asset: asset.code,
    per_transaction: text(perTransaction),
    per_hour: text(perHour),
    per_day: text(perDay),
    per_week: text(perWeek),
    per_month: text(perMonth),
  };
}

export const limits = defineCommand({
  name: "coinhubx limits",
  summary: "show what verified customers may withdraw per window",
  details: "Customers of level basic have a tenth of it.",
  examples: [["assay coinhubx limits", "the table of velocity limits"]],
  async run({ terminal }) {
    const rows = ASSETS.map(toRow);
    if (terminal.isJson) terminal.printJson(rows);
    else {
      const column = (title: string, name: keyof Row) => ({
        title,
        text: (row: Row) => row[name],
        align: "right" as const,
      });
      const columns = [
        { title: "ASSET", text: (row: Row) => row.asset },
        ...[column("TRANSACTION", "per_transaction"), column("HOUR", "per_hour"), column("DAY", "per_day")],
        ...[column("WEEK", "per_week"), column("MONTH", "per_month")],
      ];
      terminal.print(formatTable(terminal, columns, rows));
    }
    return undefined;
  },
});
