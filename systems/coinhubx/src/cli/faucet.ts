import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { toHex } from "@assay/primitives/bytes";
import { signedInSchema } from "../api/schema/auth.ts";
import { faucetSchema } from "../api/schema/balances.ts";
import { callExchange } from "./call-exchange.ts";

export const faucet = defineCommand({
  name: "coinhubx faucet",
  usage: "<asset> <amount> --email <address>",
  summary: "give a customer coins, in local mode",
  details:
    "Signs in as the customer, whose password it asks for or takes from COINHUBX_PASSWORD, and takes coins of the house.",
  examples: [["assay coinhubx faucet USDT 1000 --email alice@example.com", "1000 USDT for alice"]],
  options: { email: { kind: "text", value: "address", summary: "the customer" } },
  words: { min: 2, max: 2 },
  async run(context, { words: [asset = "", amount = ""], options: { email } }) {
    if (email === undefined) throw new UsageError("say for whom, with --email");
    const password = context.env.COINHUBX_PASSWORD ?? (await context.ask(`Password of ${email}:`, { hidden: true }));
    const token = await signIn(context, email, password);
    const headers = { "idempotency-key": toHex(context.random.bytes(16)) };
    const request = { method: "POST" as const, token, headers, body: { asset, amount } };
    const given = await callExchange(context, { path: "/api/faucet", schema: faucetSchema, request });
    if (context.terminal.isJson) context.terminal.printJson(given);
    else context.terminal.print(`${email} got ${given.amount} ${given.asset}, journal row ${given.journal_position}`);
    return undefined;
  },
});

/** A customer's session token. @throws Failure `BAD_CREDENTIALS` and others. */
async function signIn(context: CommandContext, email: string, password: string): Promise<string> {
  const request = { method: "POST" as const, body: { email, password, transport: "bearer" } };
  const { session_token } = await callExchange(context, { path: "/api/auth/login", schema: signedInSchema, request });
  return session_token!;
}
