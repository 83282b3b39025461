import { type Command, defineCommandGroup } from "@assay/platform/command-line/command";
import { deadLetter } from "./dead-letter.ts";
import { doctor } from "./doctor.ts";
import { engine } from "./engine-replay.ts";
import { faucet } from "./faucet.ts";
import { flags } from "./flags.ts";
import { indexes } from "./indexes.ts";
import { ledger } from "./ledger-verify.ts";
import { limits } from "./limits.ts";
import { loadgen } from "./loadgen.ts";
import { reconcile } from "./reconcile.ts";

/** What only CoinHubX has. */
export const commands: Readonly<Record<string, Command>> = {
  doctor,
  reconcile,
  ledger,
  engine,
  flags,
  limits,
  indexes,
  "dead-letter": deadLetter,
  faucet,
  loadgen,
};

/** `assay coinhubx …` */
export const command = defineCommandGroup({
  name: "coinhubx",
  summary: "what only the exchange has: books, engine, switches, faucet",
  details: "Commands of the custodial exchange. What every system has (actions, backups, logs) is under assay itself.",
  commands,
});
