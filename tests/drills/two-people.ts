import { type ApprovalView, approvalSchema } from "@assay/operations/api/schema/approvals";
import { type RunDetailView, runSchema } from "@assay/operations/api/schema/runbooks";
import { approvalBytes } from "@assay/operations/approvals/approval-digest";
import type { DrillPeople } from "@assay/operations/drills/drill-people";
import type { DrillPerson } from "@assay/operations/drills/drill-person";
import { driveRun } from "@assay/operations/drills/drive-run";
import { systemClock } from "@assay/platform/clock/clock";
import { sha256Hex } from "@assay/primitives/hash";
import { MINUTE_MS } from "@assay/primitives/instant";

const RUN_LIMIT_MS = 4 * MINUTE_MS;

export interface RunbookCall {
  readonly runbook: string;
  readonly params?: Readonly<Record<string, string>>;
}

/** Starts a run in the first person's name. */
export async function startRun(people: DrillPeople, { runbook, params = {} }: RunbookCall): Promise<string> {
  const body = { environment: "local", params: { ...params } };
  const path = `/api/runbooks/${runbook}/runs`;
  return (await people.first.call({ method: "POST", path, body }, runSchema)).id;
}

/** Brings a run to its end: the first person signs and confirms, the second agrees. */
export function finishRun(people: DrillPeople, runId: string): Promise<RunDetailView> {
  return driveRun(runId, { people, clock: systemClock, limitMs: RUN_LIMIT_MS, report: () => undefined });
}

/** Runs a whole runbook and returns its verdict. */
export async function runRunbook(people: DrillPeople, call: RunbookCall): Promise<string | null> {
  return (await finishRun(people, await startRun(people, call))).run.verdict;
}

/** The same two, the other one first: a code is good once, so who asks takes turns. */
export function othersFirst({ first, second, phones }: DrillPeople): DrillPeople {
  return {
    first: second,
    second: first,
    phones: { first: phones.second, second: phones.first },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The requester's own signature. */
export async function confirm(requester: DrillPerson, approvalId: string): Promise<ApprovalView> {
  const path = `/api/approvals/${approvalId}/confirm`;
  return await requester.call({ method: "POST", path, body: { totp: await requester.code() } }, approvalSchema);
}

/** Another person agrees to what they were shown; with the last one it is done, and the outcome is in the answer. */
export async function approve(approver: DrillPerson, approvalId: string): Promise<ApprovalView> {
  const path = `/api/approvals/${approvalId}`;
  const digest = sha256Hex(approvalBytes((await approver.call({ path }, approvalSchema)).bound));
  const body = { totp: await approver.code(), digest };
  return await approver.call({ method: "POST", path: `${path}/approve`, body }, approvalSchema);
}
