import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { toHex } from "@assay/primitives/bytes";
import { verifyJournal } from "../ledger/verify-journal.ts";
import { openExchangeDatabase } from "./open-exchange-database.ts";

const verify = defineCommand({
  name: "coinhubx ledger verify",
  summary: "recompute the journal's hash chain from its first row",
  details:
    "Reads the whole journal in one snapshot. Any changed, missing or added row shows at the first row it touches.",
  examples: [["assay coinhubx ledger verify", "is the journal as it was written?"]],
  exits: { 1: "a row is not what was written" },
  async run(context) {
    const { terminal } = context;
    await using database = await openExchangeDatabase(context);
    const verdict = await database.transaction((snapshot) => verifyJournal(snapshot), {
      isolation: "repeatable read",
      readOnly: true,
    });
    const found = verdict.ok
      ? { ok: true, rows: verdict.verified, position: verdict.head.position, hash: toHex(verdict.head.hash) }
      : { ok: false, rows: verdict.verified, sequence: verdict.sequence, reason: verdict.reason };
    if (terminal.isJson) terminal.printJson(found);
    else if (verdict.ok)
      terminal.print(`${terminal.style("good", "good")}: ${verdict.verified} rows, head ${toHex(verdict.head.hash)}`);
    else
      terminal.print(
        `${terminal.style("bad", verdict.reason)} at row ${verdict.sequence}; ${verdict.verified} rows before it are good`,
      );
    return verdict.ok ? EXIT.ok : EXIT.failed;
  },
});

export const ledger = defineCommandGroup({
  name: "coinhubx ledger",
  summary: "verify the ledger's journal",
  details: "The journal of transfers is append-only and chained by hashes.",
  commands: { verify },
});
