import {
  type actionRunSchema,
  approvalRequiredSchema,
  performedSchema,
  policiesSchema,
} from "@assay/operations/api/schema/approvals";
import { readParamWord } from "@assay/operations/api/schema/param-words";
import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { Failure } from "@assay/primitives/failure";
import type { JsonObject } from "@assay/primitives/json";
import { z } from "zod";
import { planeSession } from "../plane/plane-session.ts";

const TIMEOUT_MS = 65_000;

export const command = defineCommand({
  name: "action",
  usage: "[action]",
  summary: "perform or request an action",
  details: `Without a name it lists every action with the people it needs. What one person may do is done at once; for the rest a
request is made, which another person signs with "assay approve". Everything is recorded before it is done.`,
  examples: [
    ["assay action", "what is there, and who must agree?"],
    ["assay action coinhubx.trading.disable --reason 'prices look wrong'", "stop trading, now"],
    ["assay action coinhubx.trading.enable --reason 'books agree again'", "ask for a second person"],
    ["assay action coinhubx.withdrawals.disable --break-glass --reason 'coins leave'", "nobody answers: stop it alone"],
  ],
  options: {
    param: { kind: "list", short: "p", value: "NAME=VALUE", summary: "a parameter; JSON where it parses as JSON" },
    reason: { kind: "text", short: "r", value: "TEXT", summary: "why; it is recorded" },
    totp: { kind: "text", value: "CODE", summary: "the six digits, instead of being asked" },
    incident: { kind: "text", value: "ID", summary: "the incident it belongs to" },
    target: { kind: "text", value: "TEXT", summary: "what it is done to, when that is more than the system" },
    "break-glass": { kind: "flag", summary: "stop it alone, now: everybody is called, somebody else must review it" },
  },
  words: { min: 0, max: 1 },
  exits: { 1: "the plane or the system refused; the reason is printed" },
  run: async (context, { options, words: [action] }) => {
    if (action === undefined) return await listActions(context);
    if (options.reason === undefined) throw new UsageError("say why: --reason 'text'");
    const body = {
      action,
      params: toParams(options.param),
      reason: options.reason,
      ...(options.incident === undefined ? {} : { incidentId: options.incident }),
      ...(options.target === undefined ? {} : { target: options.target }),
    };
    const path = options["break-glass"] ? "/api/break-glass" : "/api/actions";
    const answer = await perform(context, { path, body, totp: options.totp }).catch(async (error: unknown) => {
      const wantsCode = error instanceof Failure && error.code === "TOTP_REQUIRED" && options.totp === undefined;
      if (!wantsCode) throw error;
      return await perform(context, { path, body, totp: await askForCode(context, action) });
    });
    return report(context, answer);
  },
});

async function perform(
  context: CommandContext,
  { path, body, totp }: { readonly path: string; readonly body: JsonObject; readonly totp: string | undefined },
): Promise<Performed> {
  const schema = z.union([performedSchema, approvalRequiredSchema]);
  const signed = totp === undefined ? body : { ...body, totp };
  const request = { method: "POST", body: signed, timeoutMs: TIMEOUT_MS } as const;
  return await planeSession(context).call(path, schema, request);
}

async function listActions(context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  const { policies } = await planeSession(context).call("/api/policies", policiesSchema);
  if (terminal.isJson) terminal.printJson(policies);
  else {
    terminal.print(
      formatTable(
        terminal,
        [
          { title: "ACTION", text: ({ action }) => action },
          { title: "EFFECT", text: ({ effect }) => effect },
          { title: "PEOPLE", text: ({ people }) => String(people), align: "right" },
          { title: "ROLES", text: ({ roles }) => roles.join(" + ") },
          { title: "WHAT", text: ({ sentence }) => sentence },
        ],
        policies,
      ),
    );
  }
  return EXIT.ok;
}

/** Shows what is signed before it is. A session that proved its second factor a moment ago is not asked again. */
async function askForCode(context: CommandContext, action: string): Promise<string> {
  const { policies } = await planeSession(context).call("/api/policies", policiesSchema);
  const policy = policies.find((one) => one.action === action);
  if (policy !== undefined)
    context.terminal.printError(`${policy.sentence}\n${policy.blastRadius}\nUndo: ${policy.undo}`);
  return (await context.ask("Sign this with the code of your authenticator:")).replace(/\s/g, "");
}

function toParams(texts: readonly string[]): JsonObject {
  return Object.fromEntries(
    texts.map((text) => {
      const param = readParamWord(text);
      if (param === undefined) throw new UsageError(`"${text}" is not of the form name=value`);
      return param;
    }),
  );
}

type Performed = z.infer<typeof performedSchema> | z.infer<typeof approvalRequiredSchema>;

function report({ terminal }: CommandContext, answer: Performed): ExitCode {
  if (terminal.isJson) terminal.printJson(answer);
  else if (answer.status === "approval_required") {
    terminal.print(`Another person must sign this before ${answer.expires_at}: assay approve ${answer.approval_id}`);
    terminal.print(`Code to compare: ${terminal.style("strong", answer.code)}`);
  } else {
    const run: z.infer<typeof actionRunSchema> = answer.run;
    const answered = run.outcome === null ? "" : `: ${run.outcome.code} ${JSON.stringify(run.outcome.answer)}`;
    terminal.print(`${run.action} ${answer.status}${answered}`);
  }
  return answer.status === "failed" ? EXIT.failed : EXIT.ok;
}
