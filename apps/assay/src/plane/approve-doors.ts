import { breakGlassListSchema, breakGlassUseSchema } from "@assay/operations/api/schema/break-glass";
import { standingListSchema, standingSchema } from "@assay/operations/api/schema/standing";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { EXIT, type ExitCode } from "@assay/platform/command-line/exit-code";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { planeSession } from "./plane-session.ts";

interface DoorOptions {
  readonly revoke?: string | undefined;
  readonly review?: string | undefined;
  readonly reason?: string | undefined;
}

/** Lists what people agreed to beforehand, or ends one of them. */
export async function standingCommand(context: CommandContext, options: DoorOptions): Promise<ExitCode> {
  const { terminal } = context;
  const session = planeSession(context);
  if (options.revoke !== undefined) {
    const path = `/api/standing-approvals/${encodeURIComponent(options.revoke)}/revoke`;
    const body = { reason: said(options.reason) };
    const revoked = await session.call(path, standingSchema, { method: "POST", body });
    if (terminal.isJson) terminal.printJson(revoked);
    else terminal.print(`${revoked.id} is ${revoked.state}.`);
    return EXIT.ok;
  }
  const { standing } = await session.call("/api/standing-approvals", standingListSchema);
  if (terminal.isJson) terminal.printJson(standing);
  else if (standing.length === 0) terminal.print("There is none.");
  else {
    const columns = [
      { title: "STANDING", text: ({ id }: (typeof standing)[number]) => id },
      { title: "STATE", text: ({ state }: (typeof standing)[number]) => state },
      { title: "USES", text: ({ uses, usesAllowed }: (typeof standing)[number]) => `${uses}/${usesAllowed}` },
      { title: "ENDS", text: ({ endsAt }: (typeof standing)[number]) => endsAt },
      { title: "RUNBOOK", text: ({ runbook }: (typeof standing)[number]) => runbook.id },
      { title: "ACTION", text: ({ action }: (typeof standing)[number]) => action },
    ];
    terminal.print(formatTable(terminal, columns, standing));
  }
  return EXIT.ok;
}

/** Lists what one person stopped alone, or says that somebody else has looked at it. */
export async function breakGlassCommand(context: CommandContext, options: DoorOptions): Promise<ExitCode> {
  const { terminal } = context;
  const session = planeSession(context);
  if (options.review !== undefined) {
    const path = `/api/break-glass/${encodeURIComponent(options.review)}/review`;
    const body = { note: said(options.reason) };
    const reviewed = await session.call(path, breakGlassUseSchema, { method: "POST", body });
    if (terminal.isJson) terminal.printJson(reviewed);
    else terminal.print(`${reviewed.run.id} is reviewed.`);
    return EXIT.ok;
  }
  const { uses } = await session.call("/api/break-glass", breakGlassListSchema);
  if (terminal.isJson) terminal.printJson(uses);
  else if (uses.length === 0) terminal.print("Nobody used it.");
  else {
    const columns = [
      { title: "RUN", text: ({ run }: (typeof uses)[number]) => run.id },
      { title: "BY", text: ({ run }: (typeof uses)[number]) => run.requester.name },
      { title: "AT", text: ({ openedAt }: (typeof uses)[number]) => openedAt },
      {
        title: "REVIEW",
        text: ({ review, reviewDueAt }: (typeof uses)[number]) => review?.by.name ?? `due ${reviewDueAt}`,
      },
      { title: "WHAT", text: ({ sentence }: (typeof uses)[number]) => sentence },
    ];
    terminal.print(formatTable(terminal, columns, uses));
  }
  return EXIT.ok;
}

function said(reason: string | undefined): string {
  if (reason === undefined) throw new UsageError("say it: --reason 'text'");
  return reason;
}
