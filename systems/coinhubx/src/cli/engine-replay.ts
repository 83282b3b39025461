import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { findMarket, MARKETS } from "../markets/markets.ts";
import { readEngineBook } from "../orders/read-engine-book.ts";
import { openExchangeDatabase } from "./open-exchange-database.ts";

const replayCommand = defineCommand({
  name: "coinhubx engine replay",
  usage: "[market]",
  summary: "rebuild a market's book from its journal and compare the hashes",
  details:
    "Replays snapshot and journal in one snapshot of the database, beside the running engine and without asking it.",
  examples: [["assay coinhubx engine replay ETH-USDT", "does the journal lead to the state it was left in?"]],
  words: { min: 0, max: 1 },
  exits: { 1: "a stored hash differs" },
  async run(context, { words: [code = "ETH-USDT"] }) {
    const { terminal } = context;
    const market = findMarket(code);
    if (market === undefined)
      throw new UsageError(`there is no market ${code}; there are ${MARKETS.map((one) => one.code).join(", ")}`);
    await using database = await openExchangeDatabase(context);
    const { sequence, orders, mismatch } = await database.transaction((snapshot) => readEngineBook(snapshot, market), {
      isolation: "repeatable read",
      readOnly: true,
    });
    if (terminal.isJson)
      terminal.printJson({ market: code, sequence, open_orders: orders.length, mismatch: mismatch ?? null });
    else if (mismatch === undefined)
      terminal.print(`${terminal.style("good", "equal")}: ${sequence} commands, ${orders.length} open orders`);
    else terminal.print(`${terminal.style("bad", "differs")}: ${JSON.stringify(mismatch)}`);
    return mismatch === undefined ? EXIT.ok : EXIT.failed;
  },
});

export const engine = defineCommandGroup({
  name: "coinhubx engine",
  summary: "check the matching engine's journal",
  details: "The engine's state is a function of its journal.",
  commands: { replay: replayCommand },
});
