import { type ApprovalView, approvalSchema, approvalsSchema } from "@assay/operations/api/schema/approvals";
import { approvalBytes, approvalCode, descriptionBytes, sentenceOf } from "@assay/operations/approvals/approval-digest";
import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable, printable } from "@assay/platform/command-line/terminal";
import { toHex } from "@assay/primitives/bytes";
import { Failure } from "@assay/primitives/failure";
import { sha256 } from "@assay/primitives/hash";
import type { JsonObject } from "@assay/primitives/json";
import { formatDuration } from "../format.ts";
import { breakGlassCommand, standingCommand } from "../plane/approve-doors.ts";
import { planeSession } from "../plane/plane-session.ts";

export const command = defineCommand({
  name: "approve",
  usage: "[approval]",
  summary: "see and sign what waits for two people",
  details: `Without an id it lists what waits. With one it shows the whole action, computes its digest from what it shows, and asks
for your authenticator's code: you sign what you see, not what the server says. The requester confirms an own request in
the same way; that never counts as an approval. Compare the code with the other person by voice.`,
  examples: [
    ["assay approve", "what waits?"],
    ["assay approve 01J9Z…", "look at one, and sign it"],
    ["assay approve 01J9Z… --refuse 'wrong market'", "say no"],
    ["assay approve --standing", "what was agreed to beforehand?"],
    ["assay approve --revoke sta_01J9Z… --reason 'not any more'", "end it now"],
    ["assay approve --break-glass", "what did one person stop alone?"],
    ["assay approve --review act_01J9Z… --reason 'it was right'", "you have looked at it"],
  ],
  options: {
    totp: { kind: "text", value: "CODE", summary: "the six digits, instead of being asked" },
    code: { kind: "text", value: "XXXX-XXXX", summary: "sign only if this is the action's code" },
    refuse: { kind: "text", value: "REASON", summary: "refuse it" },
    cancel: { kind: "flag", summary: "take back an own request" },
    show: { kind: "flag", summary: "only show it" },
    standing: { kind: "flag", summary: "list standing approvals" },
    revoke: { kind: "text", value: "STANDING", summary: "end a standing approval; say why with --reason" },
    "break-glass": { kind: "flag", summary: "list what one person stopped alone" },
    review: { kind: "text", value: "RUN", summary: "say with --reason what you found about a use of break-glass" },
    reason: { kind: "text", short: "r", value: "TEXT", summary: "why it ends, or what you found" },
  },
  words: { min: 0, max: 1 },
  exits: { 1: "the plane refused, the digest differs, or the action failed" },
  run: async (context, { options, words: [id] }) => {
    if (options.standing || options.revoke !== undefined) return await standingCommand(context, options);
    if (options["break-glass"] || options.review !== undefined) return await breakGlassCommand(context, options);
    if (id === undefined) return await listOpen(context);
    const session = planeSession(context);
    const path = `/api/approvals/${encodeURIComponent(id)}`;
    const approval = await session.call(path, approvalSchema);
    if (options.show) return report(context, approval);
    const post = async (verb: string, body: JsonObject) =>
      report(context, await session.call(`${path}/${verb}`, approvalSchema, { method: "POST", body }));
    if (options.refuse !== undefined) return await post("refuse", { reason: options.refuse });
    if (options.cancel) return await post("cancel", {});
    const digest = requireDigest(approval);
    if (options.code !== undefined && options.code.toUpperCase() !== approval.code) {
      throw new UsageError(`the code of this action is ${approval.code}, not ${options.code}`);
    }
    if (options.totp === undefined) context.terminal.print(describe(context, approval));
    const totp = options.totp ?? (await context.ask("Sign this with the code of your authenticator:"));
    if (approval.state === "awaiting_requester") return await post("confirm", { totp });
    return await post("approve", { totp, digest });
  },
});

async function listOpen(context: CommandContext): Promise<ExitCode> {
  const { terminal, clock } = context;
  const { approvals } = await planeSession(context).call("/api/approvals?state=open", approvalsSchema);
  if (terminal.isJson) terminal.printJson(approvals);
  else if (approvals.length === 0) terminal.print("Nothing waits.");
  else {
    const left = ({ expiresAt }: ApprovalView) => formatDuration(Date.parse(expiresAt) - clock.now());
    terminal.print(
      formatTable(
        terminal,
        [
          { title: "APPROVAL", text: ({ id }) => id },
          { title: "CODE", text: ({ code }) => code },
          { title: "STATE", text: ({ state }) => state },
          { title: "LEFT", text: left, align: "right" },
          { title: "BY", text: ({ bound }) => bound.requester.name },
          { title: "WHAT", text: ({ sentence }) => sentence },
        ],
        approvals,
      ),
    );
  }
  return EXIT.ok;
}

/** What is signed is computed from what is shown; a server that shows one thing and asks for another is found here. */
function requireDigest(approval: ApprovalView): string {
  const { bound, digest, code } = approval;
  const hash = sha256(approvalBytes({ ...bound, params: bound.params as JsonObject }));
  if (toHex(hash) === digest && approvalCode(hash) === code && saysWhatIsSigned(approval)) return digest;
  const reason = "What the plane shows is not what it asks you to sign. Do not sign it; tell the others.";
  throw new Failure("DIGEST_DIFFERS", { retryable: false, details: { reason } });
}

/** The hash of the action's description is part of what is signed; sentence, blast radius and undo must be its own. */
function saysWhatIsSigned({ bound, description, sentence, blastRadius, undo }: ApprovalView): boolean {
  if (description === null) return true;
  const hash = toHex(sha256(descriptionBytes(description as JsonObject)));
  return (
    hash === bound.precondition.description &&
    sentence === sentenceOf(description, bound.params as JsonObject) &&
    blastRadius === description.blastRadius &&
    undo === description.undo
  );
}

function describe({ terminal, clock }: CommandContext, approval: ApprovalView): string {
  const { bound, policy, signatures } = approval;
  const lines: [string, string][] = [
    ["What", approval.sentence],
    ["Action", `${bound.action} ${JSON.stringify(bound.params)}`],
    ["Target", `${bound.target} (${bound.environment})`],
    ["Also touches", approval.blastRadius],
    ["Undo", approval.undo],
    ["Why", approval.reason],
    ["Asked by", bound.requester.name],
    ["Needs", `${policy.people} people with ${policy.roles.join(" and ")}; ${signatures.length} signed`],
    ["Time left", formatDuration(Date.parse(approval.expiresAt) - clock.now())],
    ["Code", approval.code],
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  return lines.map(([title, text]) => `${terminal.style("quiet", title.padEnd(width))}  ${printable(text)}`).join("\n");
}

function report(context: CommandContext, approval: ApprovalView): ExitCode {
  const { terminal } = context;
  if (terminal.isJson) terminal.printJson(approval);
  else {
    terminal.print(describe(context, approval));
    terminal.print(
      `${terminal.style("strong", approval.state)}${approval.outcome === null ? "" : `: ${approval.outcome.code}`}`,
    );
  }
  return approval.state === "failed" ? EXIT.failed : EXIT.ok;
}
